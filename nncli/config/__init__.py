"""From YAML text to a checked spec, and back."""

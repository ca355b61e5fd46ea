"""Read a YAML config into a validated spec, and write it back."""

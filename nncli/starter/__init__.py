"""A config to begin with: what the data are, what suits them, and the text that says it."""

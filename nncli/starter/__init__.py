"""A starter config: inspect the data, recommend settings, and write them as YAML with comments."""

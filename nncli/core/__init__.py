"""The lowest package: errors, registries, typed fields, random streams, text formatting and array types."""

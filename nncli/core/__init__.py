"""What every package may use: errors, registries, typed fields, random streams, text formatting and array types."""

"""What every room may use: errors, registries, checked fields, random streams, array types."""

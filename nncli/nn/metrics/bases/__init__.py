"""Base classes of metrics that accumulate the same kind of state."""

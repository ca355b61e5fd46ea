"""Base classes of metrics, by the kind of state that they accumulate."""

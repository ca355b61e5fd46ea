"""Statistics of columns: minimum, maximum and quantiles."""

"""Statistics of columns, computed in passes over rows that may be larger than memory."""

"""From files to batches: sources, splits, encoding of columns and targets, scaling."""

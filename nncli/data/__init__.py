"""From files to arrays: sources, columns, labels, splits, scaling and batches."""

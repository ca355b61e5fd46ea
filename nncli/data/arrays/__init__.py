"""Arrays: NumPy's and idx files, memory-mapped rows, and passes over arrays that are larger than memory."""

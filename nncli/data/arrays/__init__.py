"""Read NumPy and idx files, and iterate over arrays that are larger than memory."""

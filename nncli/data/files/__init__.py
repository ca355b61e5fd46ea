"""Open, decompress and hash data files, and sort their names."""

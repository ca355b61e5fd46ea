"""Data files: opening, decompressing, hashing and sorting them."""

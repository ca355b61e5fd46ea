"""Convolutions and passes over large arrays in machine code, where numba is installed."""

"""Convolutions in machine code, where numba is installed: the only room that imports it."""

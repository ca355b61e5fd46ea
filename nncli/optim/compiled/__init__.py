"""Steps of optimizers in machine code, where numba is installed, with the same bits as NumPy's."""

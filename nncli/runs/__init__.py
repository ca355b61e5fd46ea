"""The files of a run directory: the only package that writes them."""

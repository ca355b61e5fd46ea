"""The compiled kernels of `NumbaOps`; no other module imports them."""

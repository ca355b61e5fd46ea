"""The compiled kernels of `NumbaOps`; only `nncli.ops` imports them."""

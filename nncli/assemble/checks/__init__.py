"""The checks of a spec against itself and its data, one idea a file; `validate` lists them."""

"""The commands of the `nncli` program, one file each, and the files that format and print their output.

Other packages are imported inside functions, so that `nncli --help` starts fast; tests/test_architecture.py checks it.
"""

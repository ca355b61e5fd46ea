"""The commands as plain functions, which print nothing and return their results; and `Model`, the Python interface."""

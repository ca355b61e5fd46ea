"""`Model`, the Python interface, and the commands as plain functions that print nothing and return their results."""

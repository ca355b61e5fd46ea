"""Convolutions compiled by numba, where it is installed."""

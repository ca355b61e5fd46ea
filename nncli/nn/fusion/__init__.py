"""Operator fusion: compute consecutive layers as one operator, with bitwise identical results."""

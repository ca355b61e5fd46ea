"""Operator fusion: neighbouring layers that are computed as one operator, to the same bits."""

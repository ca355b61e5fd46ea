"""Operator fusion: compute consecutive layers as one operator, with the same bits as a result."""

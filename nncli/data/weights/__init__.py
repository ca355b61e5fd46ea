"""Weights of rows and of classes in loss and metrics."""

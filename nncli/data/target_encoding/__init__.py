"""Encode targets: class labels, multi-label columns and numbers."""

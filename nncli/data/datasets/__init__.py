"""The built-in datasets: NAME.md describes a dataset; NAME.npz holds its arrays, or NAME.py generates them."""

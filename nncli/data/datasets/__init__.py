"""The built-in datasets: NAME.md says what it is; NAME.npz holds its arrays, or NAME.py makes them."""

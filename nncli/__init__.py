"""nncli: train neural networks from a YAML file with nothing but NumPy."""

__version__ = "0.1.0"

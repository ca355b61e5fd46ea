"""How fast nncli is beside PyTorch and scikit-learn: python -m tests.benchmarks --help."""

"""Benchmarks of nncli against PyTorch and scikit-learn: python -m tests.benchmarks --help."""

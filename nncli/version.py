"""The version of nncli, which checkpoints and run directories store."""

__version__ = "0.1.0"

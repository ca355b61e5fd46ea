"""The version of nncli, which checkpoints and run directories name."""

__version__ = "0.1.0"

"""The compared programs (sides); each runs in its own process."""

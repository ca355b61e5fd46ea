"""The compared programs, each run in its own process."""

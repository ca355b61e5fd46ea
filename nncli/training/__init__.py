"""The training loop, which yields events and neither prints nor opens files; and the executor of batches."""

"""The commands: thin functions over the workflows, and what they print."""

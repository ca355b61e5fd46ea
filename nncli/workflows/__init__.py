"""What the commands do, as plain functions: they print nothing and return what they found."""

"""Tables with a header line: reading them, and what they hold."""

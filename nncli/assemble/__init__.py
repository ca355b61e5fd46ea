"""From a config to a session: load the data, complete the defaults, validate, and put everything together."""

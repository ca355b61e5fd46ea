"""From a spec to a session: the one room that knows every room below it."""

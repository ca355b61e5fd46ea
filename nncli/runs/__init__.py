"""The files of a run: the only room that writes them."""

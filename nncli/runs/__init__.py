"""Read and write the files of a run directory; no other package writes them."""

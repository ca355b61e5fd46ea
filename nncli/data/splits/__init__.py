"""Split rows into held-out and remaining ones: at random, stratified, by group, or from the end."""

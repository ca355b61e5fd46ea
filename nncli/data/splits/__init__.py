"""Draw validation and test rows: at random, stratified, by group, or from the end."""

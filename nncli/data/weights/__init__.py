"""Sample weights and class weights."""

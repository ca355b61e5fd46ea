"""Encode the columns of a table as numbers: one-hot, boolean and numeric columns, and missing cells."""

"""Tables with a header line: reading CSV and Parquet files, and the table that they become."""

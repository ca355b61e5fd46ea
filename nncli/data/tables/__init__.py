"""Read tables with a header line from CSV and Parquet files."""

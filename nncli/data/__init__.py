"""Read data files and turn them into batches for the network.

file_endings, files: recognise, open, decompress and hash data files
tables, arrays, images: read data files
source, sources: the data sources of a config; one kind of source per file
rows: inputs and targets as a source reads them
splits: draw validation and test rows
column_encoding, target_encoding: turn text columns, blank cells and labels into numbers
scaler, scalers: the scalers of a config, which fit a scaling to the training rows; one scaler per file
scaling, statistics: fitted scalings, and the statistics from which they are fitted
preprocessing: encoding and scaling together, fitted once and stored with the model
weights: sample weights and class weights
batches: iterate over prepared rows in batches
"""

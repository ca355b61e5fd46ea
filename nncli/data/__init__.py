"""From files to batches.

file_endings, files: recognise, open, decompress and hash data files
tables, arrays, images: read them
source, sources: what a config names as data; one kind of source per file
rows: inputs and targets as a source reads them
splits: draw validation and test rows
column_encoding, target_encoding: turn text columns, blank cells and labels into numbers
scaler, scalers, scaling, statistics: fit scalings to the training rows, and apply them
preprocessing: all of these, fitted once and stored with the model
weights: of rows and of classes
batches: prepared rows, batch by batch
"""

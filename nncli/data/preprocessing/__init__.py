"""Convert raw rows to a network's inputs and targets, and its outputs back to original units."""

from nncli.data.preprocessing.fitted_preprocessing import Preprocessing as Preprocessing

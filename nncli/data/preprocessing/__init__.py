"""From raw rows to the inputs and targets of a network, and back from its outputs."""

from nncli.data.preprocessing.fitted_preprocessing import Preprocessing as Preprocessing

"""What recurrent layers share: the base class of GRU and LSTM, and the initializers of their gates."""

from nncli.nn.recurrent.layer import Recurrent as Recurrent

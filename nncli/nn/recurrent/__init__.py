"""The base class of the recurrent layers, and the initializers of their gates."""

from nncli.nn.recurrent.recurrent_layer import Recurrent as Recurrent

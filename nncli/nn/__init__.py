"""The mathematics: layers, activations, initializers, losses and metrics."""

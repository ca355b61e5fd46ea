"""The training loop: prints nothing, opens nothing, and says what happens as events."""

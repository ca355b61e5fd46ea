"""Evaluation of predictions: running loss and metrics, classification reports, quantiles of residuals."""

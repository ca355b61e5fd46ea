"""Write `cases/losses.npz`: losses computed by PyTorch, and multi-label metrics computed by scikit-learn.

Run this in a separate environment:

    pip install torch==2.13.0 scikit-learn==1.9.1
    python -m tests.reference.make_losses
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import sklearn
import torch
import torch.nn.functional as F  # noqa: N812  (the conventional alias)
from sklearn import metrics

from tests.reference.case_file import Cases

CASES = Cases("losses", seed=41)
draw = CASES.draw
WEIGHTS = (None, np.array((0.5, 2, 0, 1.25, 3, 0.75)))


def mean_over_units(function: Any, x: torch.Tensor, y: torch.Tensor, **keys: Any) -> torch.Tensor:
    """Return the loss of every row, which is the mean over its units."""
    return function(x, y.to(x.dtype), reduction="none", **keys).mean(dim=1)


def pinball(x: torch.Tensor, y: torch.Tensor, quantile: float) -> torch.Tensor:
    """Return the pinball loss, which PyTorch lacks, as the maximum of two linear functions."""
    return torch.maximum(quantile * (y - x), (quantile - 1) * (y - x)).mean(dim=1)


def add_numbers() -> None:
    """Add losses of differences between outputs and targets; some differences are large."""
    for weights in WEIGHTS:
        for units in (1, 3):
            # 0.005 makes x and y different, because some losses have no derivative where they are equal
            x, y = 2 * draw(6, units) + 0.005, draw(6, units)
            for delta in (1.0, 0.3):
                huber = partial(mean_over_units, F.huber_loss, delta=delta)
                CASES.loss({"type": "huber", "delta": delta}, x, y, weights, huber)
            CASES.loss({"type": "mean_absolute_error"}, x, y, weights, partial(mean_over_units, F.l1_loss))
            for quantile in (0.5, 0.9):
                function = partial(pinball, quantile=quantile)
                CASES.loss({"type": "quantile", "quantile": quantile}, x, y, weights, function)


def add_counts() -> None:
    """Add the Poisson loss of predicted log rates and of predicted rates."""
    for weights in WEIGHTS:
        counts = CASES.random.poisson(2, (6, 2)).astype(float)
        counts[0, 0] = 0
        logarithms, rates = draw(6, 2), np.abs(draw(6, 2)) + 0.1
        poisson = partial(mean_over_units, F.poisson_nll_loss, eps=0)
        CASES.loss({"type": "poisson"}, logarithms, counts, weights, partial(poisson, log_input=True))
        CASES.loss({"type": "poisson", "log_input": False}, rates, counts, weights, partial(poisson, log_input=False))


def add_classes() -> None:
    """Add cross-entropy with smoothed targets."""
    for weights in WEIGHTS:
        classes = CASES.random.integers(0, 4, 6)
        shares = np.round(CASES.random.dirichlet(np.ones(4), 6) * 0.9 + 0.025, 3)
        for smoothing in (0.1, 0.6):
            config = {"type": "cross_entropy", "label_smoothing": smoothing}
            function = partial(F.cross_entropy, reduction="none", label_smoothing=smoothing)
            CASES.loss({**config, "from_logits": True}, 4 * draw(6, 4), classes, weights, function)

            def of_shares(q: torch.Tensor, y: torch.Tensor, s: float = smoothing) -> torch.Tensor:
                return (1 - s) * F.nll_loss(q.log(), y, reduction="none") - s * q.log().mean(dim=1)

            CASES.loss(config, shares, classes, weights, of_shares)


def add_labels() -> None:
    """Add binary cross-entropy with smoothed targets, weighted positives and multi-label targets."""
    for weights in WEIGHTS:
        for units, positive, smoothing in ((1, 2.5, 0.0), (1, 1.0, 0.2), (3, 1.0, 0.0), (3, [0.5, 2.0, 4.0], 0.1)):
            labels = CASES.random.integers(0, 2, (6, units))
            config = {"type": "binary_cross_entropy", "positive_weight": positive, "label_smoothing": smoothing}
            scale = torch.tensor(positive, dtype=torch.float64)

            def smoothed(y: torch.Tensor, s: float = smoothing) -> torch.Tensor:
                return y.double() * (1 - s) + s / 2

            def from_logits(z: torch.Tensor, y: torch.Tensor, p: Any = scale, t: Any = smoothed) -> torch.Tensor:
                return mean_over_units(F.binary_cross_entropy_with_logits, z, t(y), pos_weight=p)

            def from_chances(q: torch.Tensor, y: torch.Tensor, p: Any = scale, t: Any = smoothed) -> torch.Tensor:
                return -(p * t(y) * q.log() + (1 - t(y)) * (1 - q).log()).mean(dim=1)

            CASES.loss({**config, "from_logits": True}, 4 * draw(6, units), labels, weights, from_logits)
            chances = np.round(CASES.random.uniform(0.02, 0.98, (6, units)), 2)
            CASES.loss(config, chances, labels, weights, from_chances)


def add_metrics() -> None:
    """Add multi-label metrics computed by scikit-learn."""
    for weights in (None, np.array((0.5, 2, 0, 1.25, 3, 0.75, 1, 1))):
        labels, chances = CASES.random.integers(0, 2, (8, 3)), np.round(CASES.random.uniform(0, 1, (8, 3)), 1)
        labels[:2] = (0, 1, 0), (1, 0, 1)
        some, chosen = {"sample_weight": weights}, chances > 0.5
        macro = {"average": "macro", "zero_division": 0, **some}
        values = {
            "accuracy": 1 - metrics.hamming_loss(labels, chosen, **some),
            "precision": metrics.precision_score(labels, chosen, **macro),
            "recall": metrics.recall_score(labels, chosen, **macro),
            "f1": metrics.f1_score(labels, chosen, **macro),
            "roc_auc": metrics.roc_auc_score(labels, chances, **some),
            "average_precision": metrics.average_precision_score(labels, chances, **some),
        }
        arrays = {"prediction": chances, "targets": labels} | ({} if weights is None else {"weights": weights})
        values = {name: float(value) for name, value in values.items()}
        CASES.add("metric", arrays, about="multi-label", values=values)


def main() -> None:
    """Write the file."""
    for add_cases in (add_numbers, add_counts, add_classes, add_labels, add_metrics):
        add_cases()
    CASES.write(**{"scikit-learn": sklearn.__version__})


if __name__ == "__main__":
    main()

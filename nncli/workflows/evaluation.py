"""`Evaluation`: the result of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nncli.nn.evaluation.classification_report import ClassificationReport

MAX_FULL_MATRIX = 100  # with more classes than this, `flat` leaves out the zeros of the confusion matrix


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation.

    Args:
        source: where the rows come from: a file, or the test or validation rows of the config.
        rows: number of rows.
        results: the loss and the metrics.
        notes: notes for the user.
        class_names: names of the classes, or of the labels of a multi-label model.
        classes: precision, recall and F1 of every class or label; None for a regression.
        residuals: target name -> quantiles of target - prediction, for a regression.
    """

    source: str
    rows: int
    results: dict[str, float]
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    classes: ClassificationReport | None = None
    residuals: dict[str, dict[str, float]] = field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """Return all results in one flat mapping: loss, precision.CLASS, confusion.ACTUAL.PREDICTED, residual.q05.

        Names that contain a dot are quoted. For many classes, zeros of the confusion matrix are left out.
        """
        measured = {**self.results, "rows": self.rows, "source": self.source}
        return measured | self._flat_classes() | self._flat_residuals()

    def _flat_classes(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self.classes is None:
            return values
        names = [_key(name) for name in self.class_names]
        for measure in ("precision", "recall", "f1", "support"):
            found = getattr(self.classes, measure)
            values |= {f"{measure}.{name}": float(found[at]) for at, name in enumerate(names)}
        confusion = self.classes.confusion
        for actual, row in zip(names, confusion.tolist(), strict=True) if confusion is not None else ():
            values |= {
                f"confusion.{actual}.{predicted}": _count(value)
                for predicted, value in zip(names, row, strict=True)
                if value or len(names) <= MAX_FULL_MATRIX
            }
        return values

    def _flat_residuals(self) -> dict[str, Any]:
        return {
            f"residual.{quantile}" if len(self.residuals) == 1 else f"residual.{_key(name)}.{quantile}": value
            for name, quantiles in self.residuals.items()
            for quantile, value in quantiles.items()
        }


def _key(name: str) -> str:
    """Return a name for use in a dotted key, in quotes if necessary."""
    return f'"{name}"' if "." in name or '"' in name else name


def _count(weight: float) -> int | float:
    """Return a sum of row weights, as an int if it is a whole number."""
    return int(weight) if weight == int(weight) else weight

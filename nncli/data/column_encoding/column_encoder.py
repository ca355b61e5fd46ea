"""The fitted encoder of one column, stored with the model and applied to all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Literal

from nncli.data.column_encoding.encoded_table import Encode
from nncli.data.column_encoding.imputation import impute_numbers
from nncli.data.column_encoding.one_hot import one_hot_encode
from nncli.data.column_encoding.parse_booleans import parse_booleans
from nncli.data.tables.dataframe import Table


@dataclass(frozen=True)
class ColumnEncoder:
    """How one column is encoded as numbers; checkpoints store the fields under these names.

    Args:
        name: name of the column.
        kind: number; boolean, encoded as 1 for true and 0 for false; or category, one-hot encoded text.
        fill: the value imputed for blank cells of a number or boolean column; None makes them an error.
        categories: the texts, sorted, each of which has a one-hot column; "" stands for a blank cell.
        indicator: whether to add a column that is 1 for blank cells and 0 for others.
        unseen: whether a text that is not among the categories is encoded as zeros or is an error.
    """

    name: str
    kind: Literal["number", "boolean", "category"]
    fill: float | None = None
    categories: tuple[str, ...] = ()
    indicator: bool = False
    unseen: Literal["zeros", "error"] = "zeros"

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the encoded columns."""
        if self.kind == "category":
            return tuple(f"{self.name}={category or '(blank)'}" for category in self.categories)
        return (self.name, f"{self.name} (missing)") if self.indicator else (self.name,)

    def bind(self, table: Table, notes: list[str]) -> Encode:
        """Check the column in all rows, and return a function that encodes a slice of the rows.

        Args:
            table: the table that has the column.
            notes: receives notes for the user.

        Raises:
            DataError: if a cell cannot be encoded; names file, line and column.
        """
        if self.kind == "category":
            return one_hot_encode(table, self.name, self.categories, self.unseen, notes)
        is_boolean = self.kind == "boolean"
        values = parse_booleans(table, self.name) if is_boolean else table.numbers(self.name)
        return impute_numbers(table, self.name, values, self.fill, notes, indicator=self.indicator)

    def state(self) -> dict[str, Any]:
        """Return the stored form."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> ColumnEncoder:
        """Return an encoder from its stored form.

        Raises:
            ValueError: if it is invalid.
        """
        encoder = cls(**{**state, "categories": tuple(state["categories"])})
        known = encoder.kind in ("number", "boolean", "category") and encoder.unseen in ("zeros", "error")
        texts = all(isinstance(text, str) for text in (encoder.name, *encoder.categories))
        filled = encoder.fill is None or (isinstance(encoder.fill, float) and isfinite(encoder.fill))
        if not (known and texts and filled and isinstance(encoder.indicator, bool)):
            raise ValueError(f"the column {encoder.name!r} has an invalid description")
        return encoder

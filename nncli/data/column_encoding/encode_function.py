"""The type of a function that encodes some rows of a column."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from nncli.core.types import Array

Encode: TypeAlias = Callable[[slice], Array]  # returns (rows, features) in float64

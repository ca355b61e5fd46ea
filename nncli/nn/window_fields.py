"""Types of the fields of convolution and pooling layers: sizes, strides and padding."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from annotated_types import Ge

Size: TypeAlias = Annotated[int, Ge(1)] | tuple[Annotated[int, Ge(1)], Annotated[int, Ge(1)]]
Padding: TypeAlias = (
    Literal["valid", "same"] | Annotated[int, Ge(0)] | tuple[Annotated[int, Ge(0)], Annotated[int, Ge(0)]]
)
Length: TypeAlias = Annotated[int, Ge(1)]
LengthPadding: TypeAlias = Literal["valid", "same"] | Annotated[int, Ge(0)]

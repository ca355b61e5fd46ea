"""The message for columns that are not in a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nncli.core.spelling import nearest
from nncli.core.text_format import join_names


def missing_columns_message(missing: Sequence[str], present: Collection[str], wanted: Collection[str]) -> str:
    """Return the message for missing columns, each with the most similar column that is present but not wanted."""
    if len(missing) == 1:
        match = nearest(missing[0], [name for name in present if name not in wanted])
        hint = f"; did you mean {match!r}?" if match else "."
        return f"no column {missing[0]!r}{hint} Known: {join_names(present)}"
    free = [name for name in present if name not in wanted]
    shown = [
        f"{name!r}" + (f" (did you mean {match!r}?)" if (match := nearest(name, free)) else "") for name in missing
    ]
    return f"no column{'s' * (len(missing) > 1)} {join_names(shown)}. Known: {join_names(present)}"

"""The base class of data sources."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import MinLen

from nncli.core.checked import Registered
from nncli.core.fields import ALSO_WHOLE_NUMBERS
from nncli.core.registry import SOURCES
from nncli.data.rows import Preview, Rows

PREVIEW_ROWS = 2000  # rows that a preview of a large source reads
MIN_PREVIEW_BYTES = 32 << 20  # previews of files of at least this size read only some of the rows

Names = Annotated[tuple[str, ...], MinLen(1)]
Labels = Annotated[tuple[Annotated[str, ALSO_WHOLE_NUMBERS], ...], MinLen(1)]


@dataclass(frozen=True)
class Source(Registered):
    """The base class of all sources.

    Args:
        classes: the labels to use, in order; rows with other labels are dropped. Default all.
    """

    needs = ("read",)
    only_labels: ClassVar[bool] = False  # whether the targets are always labels, even if they look like numbers

    classes: Labels | None = None

    @classmethod
    def meant_by(cls, name: str) -> str | None:
        """Return the mapping to suggest if a user wrote only a file name; None if the source does not read it."""
        return f"{{path: {name}}}" if "." in name and cls.claims({"path": name}) else None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """Report classes that are listed twice."""
        classes = self.classes or ()
        for name in dict.fromkeys(name for name in classes if classes.count(name) > 1):
            yield "classes", f"the class {name!r} is listed twice"

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Convert labels to text, because [2, 5] means ["2", "5"]."""
        classes = values.get("classes")
        if not isinstance(classes, list | tuple):
            return values
        return {**values, "classes": [str(label) if type(label) is int else label for label in classes]}

    def read(self, *, targets: bool = True) -> Rows:
        """Read all rows.

        Args:
            targets: whether to read the targets too.

        Raises:
            DataError: if a file cannot be read, or lacks an array or a column that the source names.
        """
        raise NotImplementedError

    def read_like(self, texts: Collection[str], *, targets: bool = True) -> Rows:
        """Read all rows; columns that were text in the training rows are read as text.

        Args:
            texts: names of the columns to read as text; the source may lack some of them.
            targets: whether to read the targets too.
        """
        return self.read(targets=targets)

    def preview(self, count: int) -> Preview | None:
        """Read the targets of all rows and the inputs of about `count` rows.

        Returns:
            None if the source is so small that reading all of it is as fast, or if it can be read only once.

        Raises:
            DataError: as for `read`.
        """
        return self.glance(count)

    def glance(self, count: int) -> Preview | None:
        """Return a preview; this is the former name of `preview`, and plugins may still define it."""
        return None

    @classmethod
    def for_input(cls, path: str, like: Source) -> Source:
        """Return the source for a file on the command line, for a model that was trained on `like`.

        Options that do not name files are taken from `like` if both sources have the same type.
        """
        given = cls.input_fields(path, like)
        return replace(like, **given) if type(like) is cls else cls(**given)

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """Return the fields of the source for a file on the command line."""
        return {"path": path}


source = SOURCES.register

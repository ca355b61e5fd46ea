"""What a source of data is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from annotated_types import MinLen

from nncli.core.checked import Registered
from nncli.core.fields import ALSO_WHOLE_NUMBERS
from nncli.core.registry import SOURCES
from nncli.data.rows import Glance, Rows

SAMPLE = 2000  # rows of a large source that are looked at
LARGE = 32 << 20  # bytes from which a file is looked at before it is read whole

Names = Annotated[tuple[str, ...], MinLen(1)]
Labels = Annotated[tuple[Annotated[str, ALSO_WHOLE_NUMBERS], ...], MinLen(1)]


@dataclass(frozen=True)
class Source(Registered):
    """The base of all sources.

    Args:
        classes: which labels to use and in what order; rows with others are left out. Default all.
    """

    needs = ("read",)
    only_labels: ClassVar[bool] = False  # whether its targets are labels by nature, even where they look like numbers

    classes: Labels | None = None

    @classmethod
    def meant_by(cls, name: str) -> str | None:
        """A file's name."""
        return f"{{path: {name}}}" if "." in name and cls.claims({"path": name}) else None

    def conflicts(self) -> Iterable[tuple[str, str]]:
        """A class that is named twice."""
        classes = self.classes or ()
        for name in dict.fromkeys(name for name in classes if classes.count(name) > 1):
            yield "classes", f"the class {name!r} stands there twice"

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Labels are compared as text, so [2, 5] means ["2", "5"]."""
        classes = values.get("classes")
        if not isinstance(classes, list | tuple):
            return values
        return {**values, "classes": [str(label) if type(label) is int else label for label in classes]}

    def read(self, *, targets: bool = True) -> Rows:
        """The rows of this source.

        Args:
            targets: whether to read the targets too.

        Raises:
            DataError: where the files cannot be read or do not hold what the source says.
        """
        raise NotImplementedError

    def read_like(self, texts: Collection[str], *, targets: bool = True) -> Rows:
        """The same, with the columns of some names taken as text, as they were in the training rows.

        Args:
            texts: names of columns, some of which may not be there.
            targets: whether to read the targets too.
        """
        return self.read(targets=targets)

    def glance(self, count: int) -> Glance | None:
        """The targets of all rows and the inputs of at most about `count`, without reading more than these.

        None where the source is so small that it is read whole as quickly, or where it can be read only once.

        Raises:
            DataError: as for `read`.
        """
        return None

    @classmethod
    def for_input(cls, path: str, like: Source) -> Source:
        """The source that a file on the command line is, for a model that was trained on `like`.

        What is not about files is taken over where `like` is of the same kind.
        """
        given = cls.input_fields(path, like)
        return replace(like, **given) if type(like) is cls else cls(**given)

    @classmethod
    def input_fields(cls, path: str, like: Source) -> dict[str, Any]:
        """The fields that make a source of a file on the command line."""
        return {"path": path}


source = SOURCES.register

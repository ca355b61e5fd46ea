"""Every error that nncli raises on purpose.

NncliError
├── UserError                exit code 2: something that the user can mend
│   ├── ConfigError          the problems of a config or of arguments, all of them at once
│   ├── ShapeError           arrays or layers that do not fit one another
│   ├── DataError            a data file that is missing, unreadable or holds what cannot be used
│   ├── CheckpointError      a checkpoint that is missing, foreign, damaged or from another version
│   ├── RunError             a run directory that is taken, missing or incomplete
│   └── MissingExtraError    an optional package that is not installed
└── RunFailedError           exit code 1: the run itself could not go on
    ├── NonFiniteError       a loss or a gradient became infinite or not a number
    ├── SaveError            a file of the run could not be written
    └── StoppedError         exit code 130 or 143: Ctrl-C or SIGTERM, with the checkpoint saved
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

MOST_TOLD = 200  # problems of a config; who has more has one that makes many
Path: TypeAlias = tuple[str | int, ...]


class NncliError(Exception):
    """The base of all of nncli's errors; str() of it is the message for the user."""

    exit_code = 1


class UserError(NncliError):
    """Something that the user can mend."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a config.

    Args:
        path: the keys and indices that lead to it, such as ("model", 2, "units").
        message: what was expected, what came and what to do.
        at: whether the key or the value at that path is at fault.
        hint: what would mend it, on a line of its own.
        place: file:line:column, or what set the value instead of the file.
        order: where it comes among other problems.
        excerpt: the line of the file, and from which column, counted from 1, to which it is at fault.
    """

    path: Path
    message: str
    at: Literal["key", "value"] = "value"
    hint: str = ""
    place: str = field(default="", compare=False)
    order: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)
    excerpt: tuple[str, int, int] | None = field(default=None, compare=False)

    @property
    def dotted(self) -> str:
        """The path as the user writes it in --set."""
        return ".".join(str(part) for part in self.path)

    def __str__(self) -> str:
        told = ": ".join(part for part in (self.place, self.dotted, self.message) if part)
        return f"{told}\n    {self.hint}" if self.hint else told


class ConfigError(UserError, ValueError):
    """The problems of a config, sorted by where they stand.

    Args:
        problems: at least one problem.
        name: the file that they stand in; empty for values given from Python.
    """

    def __init__(self, problems: Sequence[Problem], name: str = "") -> None:
        self.problems = sorted(problems, key=lambda problem: problem.order)
        self.name = name
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n".join(part for part in (*map(str, self.told), self.rest, self.count) if part)

    @property
    def told(self) -> Sequence[Problem]:
        """The problems that are told one by one."""
        return self.problems[:MOST_TOLD]

    @property
    def rest(self) -> str:
        """What is said of the others."""
        more = len(self.problems) - MOST_TOLD
        return f"... and {more:,} more" if more > 0 else ""

    @property
    def count(self) -> str:
        """The last line of the message, where there is a file."""
        count = len(self.problems)
        return f"{count} {'problem' if count == 1 else 'problems'} in {self.name}; nothing was run" if self.name else ""


class ShapeError(UserError, ValueError):
    """Arrays or layers that do not fit one another."""


class DataError(UserError, ValueError):
    """A data file that is missing, unreadable or holds what cannot be used.

    Args:
        message: what is wrong.
        file: the file that cannot be opened, where that is the fault.
        key: the source's key that names what is not there, where that is the fault.
        path: the keys of the config's data section that lead to the fault, where it is not in a source.
        missing: the column or array that the data do not have, where that is the fault.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        key: str | None = None,
        path: Path = (),
        missing: str | None = None,
    ) -> None:
        super().__init__(message)
        self.missing = missing
        self.path = path
        self.file = file
        self.key = key


class CheckpointError(UserError):
    """A checkpoint that is missing, foreign, damaged or from another version."""


class RunError(UserError):
    """A run directory that is taken, missing or incomplete."""


class MissingExtraError(UserError, ImportError):
    """An optional package that is not installed."""


class RunFailedError(NncliError):
    """The run itself could not go on."""


class NonFiniteError(RunFailedError, ArithmeticError):
    """A loss or a gradient became infinite or not a number."""


class SaveError(RunFailedError, OSError):
    """A file of the run could not be written."""


class StoppedError(RunFailedError):
    """The run was stopped from outside, with its checkpoint saved.

    Args:
        message: what to tell the user.
        signal: the number of the signal.
    """

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal

"""The exceptions of nncli.

NncliError
├── UserError                exit code 2: something that the user can fix
│   ├── ConfigError          all problems of a config or of arguments
│   ├── ShapeError           arrays or layers whose shapes do not match
│   ├── DataError            a data file that is missing, unreadable or holds unusable values
│   ├── CheckpointError      a checkpoint that is missing, damaged or of another version, or a file of another kind
│   ├── RunError             a run directory that is in use, missing or incomplete
│   └── MissingExtraError    an optional package that is not installed
└── RunFailedError           exit code 1: the run could not continue
    ├── NonFiniteError       a loss or a gradient became infinite or NaN
    ├── SaveError            a file of the run could not be written
    └── StoppedError         exit code 130, 143 or 129: Ctrl-C, SIGTERM or SIGHUP, with the checkpoint saved
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

MAX_SHOWN = 200  # number of problems that a message shows; a larger number usually has one cause
Path: TypeAlias = tuple[str | int, ...]


class NncliError(Exception):
    """The base class of all errors of nncli; str(error) is the message for the user."""

    exit_code = 1


class UserError(NncliError):
    """Something that the user can fix."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One problem of a config.

    Args:
        path: the keys and indices that lead to it in the config, such as ("model", 2, "units").
        message: what was expected, what was found and what to do.
        at: whether the key or the value at that path is at fault.
        hint: how to fix it, shown on a line of its own.
        place: file:line:column, or the option that set the value, such as --set.
        order: sort key among other problems.
        excerpt: (line of the file, first column, end column) of the fault, columns counted from 1, end exclusive.
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
        """The path as written in --set, such as "model.2.units"."""
        return ".".join(str(part) for part in self.path)

    def __str__(self) -> str:
        line = ": ".join(part for part in (self.place, self.dotted, self.message) if part)
        return f"{line}\n    {self.hint}" if self.hint else line


class ConfigError(UserError, ValueError):
    """The problems of a config, sorted by their place.

    Args:
        problems: at least one problem.
        name: the file of the config; empty for values given from Python.
    """

    def __init__(self, problems: Sequence[Problem], name: str = "") -> None:
        self.problems = sorted(problems, key=lambda problem: problem.order)
        self.name = name
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n".join(part for part in (*map(str, self.shown), self.omitted, self.summary) if part)

    @property
    def shown(self) -> Sequence[Problem]:
        """The first problems, which are shown one by one."""
        return self.problems[:MAX_SHOWN]

    @property
    def omitted(self) -> str:
        """How many more problems there are; empty if all are shown."""
        more = len(self.problems) - MAX_SHOWN
        return f"... and {more:,} more" if more > 0 else ""

    @property
    def summary(self) -> str:
        """The last line of the message, such as "2 problems in digits.yaml; nothing was run"; empty without a file."""
        count = len(self.problems)
        return f"{count} {'problem' if count == 1 else 'problems'} in {self.name}; nothing was run" if self.name else ""


class ShapeError(UserError, ValueError):
    """Arrays or layers whose shapes do not match."""


class DataError(UserError, ValueError):
    """A data file that is missing, unreadable or holds unusable values.

    Args:
        message: what is wrong.
        file: the file, if the fault is that it cannot be opened.
        key: the key of the source, if the fault is that it names something that does not exist.
        path: the keys within the config's data section that lead to the fault, if the fault is not in a source.
        missing: the column or array that the data do not have, if that is the fault.
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
        self.path = path
        self.file = file
        self.key = key
        self.missing = missing


class CheckpointError(UserError):
    """A checkpoint that is missing, damaged or of another version, or a file of another kind."""


class RunError(UserError):
    """A run directory that is in use, missing or incomplete."""


class MissingExtraError(UserError, ImportError):
    """An optional package that is not installed."""


class RunFailedError(NncliError):
    """The run could not continue."""


class NonFiniteError(RunFailedError, ArithmeticError):
    """A loss or a gradient became infinite or NaN."""


class SaveError(RunFailedError, OSError):
    """A file of the run could not be written."""


class StoppedError(RunFailedError):
    """The run was stopped by a signal after saving its checkpoint.

    Args:
        message: the message for the user.
        signal: the number of the signal.
    """

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal

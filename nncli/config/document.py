"""`Document`: a config as plain values, with the position of every key and value in the file."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nncli.core.errors import ConfigError, Path, Problem


@dataclass(frozen=True)
class Mark:
    """The position of a key or value in the file, or the name of the option that set it.

    Args:
        line: line, counted from 1.
        column: first column, counted from 1.
        width: number of characters on that line.
        origin: the option or variable that set the value, such as --set; empty if the file set it.
    """

    line: int
    column: int
    width: int = field(default=1, compare=False)
    origin: str = ""


@dataclass
class Document:
    """A config as it was read.

    Args:
        value: the config as nested mappings, lists and scalars.
        name: the file as the user named it, for messages.
        folder: the folder that paths in the file are relative to.
        keys: the mark of every key, by path.
        values: the mark of every value, by path.
        problems: YAML problems found while reading.
        text: the text of the file.
        content: the bytes of the file.
    """

    value: Any
    name: str
    folder: str
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    text: str = ""
    content: bytes = b""

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()

    def locate(self, problem: Problem) -> Problem:
        """Return a problem with its position, or the position of its nearest parent if its path is not in the file."""
        if problem.place:
            return problem
        for length in range(len(problem.path), -1, -1):
            path = problem.path[:length]
            exact = length == len(problem.path)
            mark = self.keys.get(path) if exact and problem.at == "key" else self.values.get(path)
            if mark is not None:
                return self.locate_at(mark, problem)
        return self.locate_at(Mark(1, 1), problem) if self.name else problem

    def locate_at(self, mark: Mark, problem: Problem) -> Problem:
        """Return a problem with the position of a mark."""
        if mark.origin:
            return replace(problem, place=mark.origin, order=(1, 0, 0))
        line = self.lines[mark.line - 1] if mark.line <= len(self.lines) else ""
        return replace(
            problem,
            place=f"{self.name}:{mark.line}:{mark.column}",
            order=(0, mark.line, mark.column),
            excerpt=(line, mark.column, mark.column + max(1, min(mark.width, len(line) - mark.column + 1))),
        )

    def error(self, problems: list[Problem]) -> ConfigError:
        """Return an error with these problems, each with its position, sorted."""
        return ConfigError([self.locate(problem) for problem in problems], self.name)

    def absolute_path(self, path: Path, file: str) -> str:
        """Return a file name as an absolute path.

        A relative name is resolved against the folder of the config; a name from --set, against the working directory.

        Args:
            path: the path of the key that names the file.
            file: the file name.
        """
        mark = next((self.values[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.values), None)
        folder = os.getcwd() if mark is not None and mark.origin else self.folder
        return file if file == "-" else os.path.normpath(os.path.join(folder, os.path.expanduser(file)))

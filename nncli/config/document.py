"""A config as plain values, with the place in the file of every key and every value."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nncli.core.errors import ConfigError, Path, Problem


@dataclass(frozen=True)
class Mark:
    """A place: line and column from 1, or the name of what set the value instead of the file.

    Args:
        line: where it begins.
        column: likewise.
        width: how many characters it has on that line.
        origin: such as --set; empty for the file.
    """

    line: int
    column: int
    width: int = field(default=1, compare=False)
    origin: str = ""


@dataclass
class Document:
    """What was read.

    Args:
        value: mappings, lists and scalars.
        name: the file as the user named it, for messages.
        folder: what paths in the file are relative to.
        keys: the mark of every key, by path.
        values: the mark of every value, by path.
        problems: what is wrong with it as YAML.
        text: the file's.
        content: the same as it was read, byte for byte.
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
        """The problem with its place; where its path is not in the file, with that of the nearest key above."""
        if problem.place:
            return problem
        for length in range(len(problem.path), -1, -1):
            path = problem.path[:length]
            exact = length == len(problem.path)
            mark = self.keys.get(path) if exact and problem.at == "key" else self.values.get(path)
            if mark is not None:
                return self.at(mark, problem)
        return self.at(Mark(1, 1), problem) if self.name else problem

    def at(self, mark: Mark, problem: Problem) -> Problem:
        """The problem with that place."""
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
        """All these problems, located and sorted."""
        return ConfigError([self.locate(problem) for problem in problems], self.name)

    def absolute(self, path: Path, file: str) -> str:
        """A file name made absolute: relative to the config, or to the working directory if the command line set it."""
        mark = next((self.values[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.values), None)
        folder = os.getcwd() if mark is not None and mark.origin else self.folder
        return file if file == "-" else os.path.normpath(os.path.join(folder, os.path.expanduser(file)))

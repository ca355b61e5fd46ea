"""A config as plain values, with the place in the file of every key and every value."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Any

from nncli.core.errors import ConfigError, Path, Problem


@dataclass(frozen=True)
class Mark:
    """A place: line and column from 1, or the name of what set the value instead of the file."""

    line: int
    column: int
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
    """

    value: Any
    name: str
    folder: str
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def locate(self, problem: Problem) -> Problem:
        """The problem with its place; where its path is not in the file, with that of the nearest key above."""
        if problem.place:
            return problem
        for length in range(len(problem.path), -1, -1):
            path = problem.path[:length]
            exact = length == len(problem.path)
            mark = self.keys.get(path) if exact and problem.at == "key" else self.values.get(path)
            if mark is not None:
                place = mark.origin or f"{self.name}:{mark.line}:{mark.column}"
                return replace(problem, place=place, order=(bool(mark.origin), mark.line, mark.column))
        return replace(problem, place=self.name)

    def error(self, problems: list[Problem]) -> ConfigError:
        """All these problems, located and sorted."""
        return ConfigError([self.locate(problem) for problem in problems], self.name)

    def absolute(self, path: Path, file: str) -> str:
        """A file name made absolute: relative to the config, or to the working directory if the command line set it."""
        mark = next((self.values[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.values), None)
        folder = os.getcwd() if mark is not None and mark.origin else self.folder
        return file if file == "-" else os.path.normpath(os.path.join(folder, os.path.expanduser(file)))

"""Find the source that INPUT on the command line describes."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from typing import Any, cast

from nncli.config.reader import read_value
from nncli.config.spec import inherit_from_train
from nncli.core.builder import build
from nncli.core.errors import ConfigError, DataError
from nncli.core.fields import dump
from nncli.core.registry import SOURCES
from nncli.data.file_endings import FILES_DESCRIPTION
from nncli.data.files.opening import file_not_found
from nncli.data.source import Source
from nncli.data.sources.dataset import dataset_names


def input_source(text: str, like: Source, targets: str | None = None) -> Source:
    """Return the source of INPUT: a file, a folder, -, the name of a built-in dataset, or a mapping as in a config.

    Args:
        text: INPUT, as the user typed it.
        like: the source that the model was trained on; INPUT is read with its settings.
        targets: a file of targets, if inputs and targets are in separate files.

    Raises:
        DataError: if INPUT is not a source.
    """
    if text.lstrip().startswith("{"):
        try:
            return cast("Source", build(SOURCES, inherit_from_train(read_value(text), dump(like))))
        except ConfigError as error:
            raise DataError("; ".join(problem.message for problem in error.problems)) from None
    if not os.path.exists(text) and text in dataset_names():
        return cast("Source", build(SOURCES, {"type": "dataset", "dataset": text}))
    kind = _kind(text, like)
    if kind is None:
        if not os.path.exists(text):
            raise file_not_found(text)
        raise DataError(f"{text}: unknown kind of input; expected {FILES_DESCRIPTION}", file=text)
    source = kind.for_input(text, like)
    return source if targets is None else _with_targets(source, text, targets)


def _kind(path: str, like: Source) -> type[Source] | None:
    """Return the kind of the training source if it can read the path; otherwise the kind that claims the path."""
    if os.path.exists(path) or path == "-":
        trained = {item.name: value for item in fields(like) if (value := getattr(like, item.name)) is not None}
        if "path" in like.path_fields(trained) and type(like).claims({**trained, "path": path}):
            return type(like)
        for values in ({"path": path}, {"inputs": path}):
            if (kind := SOURCES.find_by_keys(values)) is not None:
                return cast("type[Source]", kind)
    return None


def _with_targets(source: Source, text: str, targets: str) -> Source:
    """Return a source with its file of targets."""
    given = {item.name: getattr(source, item.name) for item in fields(source)}
    if "targets" not in source.path_fields(given):
        raise DataError(f"{text}: contains its targets; --targets is only for .npy and idx files")
    changes: dict[str, Any] = {"targets": targets}
    return replace(source, **changes)

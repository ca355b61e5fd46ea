"""Write a starter config: a general one, or one fitted to data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from nncli.assemble.load_config import validate_document
from nncli.config.reader import read_text
from nncli.core.builder import build
from nncli.core.errors import DataError, SaveError, UserError
from nncli.core.registry import SOURCES
from nncli.core.spelling import nearest_file, suggestion
from nncli.data.arrays.npy_files import npz_names
from nncli.data.file_endings import FILES_DESCRIPTION, is_image, is_npy
from nncli.data.files.file_names import stem
from nncli.data.source import Source
from nncli.data.sources.dataset import dataset_names
from nncli.data.tables.read_table import read_table
from nncli.starter.config_text import config_text
from nncli.starter.general_config import GENERAL_CONFIG
from nncli.starter.inferred_task import infer_task
from nncli.starter.recommendation import recommend


def init(
    data: str | os.PathLike[str] | None = None,
    targets: Sequence[str] = (),
    output: str | os.PathLike[str] | None = None,
) -> str:
    """Return the text of a valid starter config, and write it to `output` if given.

    Args:
        data: a file, a folder or a built-in dataset; without it, the config is a general one with a built-in dataset.
        targets: the target columns of a table; the target array of a .npz file; the target file for .npy and idx.
        output: the file to write; the paths in the config are relative to the folder of this file.

    Raises:
        UserError: if the data cannot be used, or `output` already exists.
        SaveError: if the file cannot be written.
    """
    path = None if output is None else os.fspath(output)
    folder = os.path.dirname(path or "")
    if data is None and targets:
        raise UserError("--target needs --data: the file to learn from")
    if path is not None and os.path.exists(path):
        raise UserError(f"{path}: exists already and is not overwritten; name another file with --output")
    if folder and not os.path.isdir(folder):
        raise UserError(f"{path}: there is no folder {folder}; make it first")
    text = GENERAL_CONFIG if data is None else _fitted_config(os.fspath(data), list(targets), folder)
    if path is not None:
        _write(path, text)
    return text


def _fitted_config(data: str, targets: list[str], folder: str) -> str:
    """Return a config fitted to data, validated as `nncli check` does."""
    values = _source_values(data, targets)
    task = infer_task(cast("Source", build(SOURCES, values)), values)
    source = {
        key: _relative_path(value, folder) if key in _file_keys(values) else value for key, value in task.source.items()
    }
    text = config_text(replace(task, source=source), recommend(task), stem(data.rstrip("/")) or "first")
    _validate(text, folder)
    return text


def _source_values(data: str, targets: list[str]) -> dict[str, Any]:
    """Return the source of data as a mapping for a config."""
    if not os.path.exists(data):
        if data in dataset_names():
            return {"dataset": data, **_no_target(data, targets)}
        raise DataError(f"no such file, folder or dataset: {data}{nearest_file(data)}")
    kind = next((kind for key in ("path", "inputs") if (kind := SOURCES.find_by_keys({key: data})) is not None), None)
    name = "" if kind is None else kind.type_name
    if name == "table":
        if not targets:
            columns = ", ".join(read_table(data).columns)
            raise UserError(f"{data}: name the column to learn with --target COLUMN. Columns: {columns}")
        image_column = _image_column(data, targets) if len(targets) == 1 else None
        images = {} if image_column is None else {"images": image_column}
        return {"path": data, **images, "targets": targets[0] if len(targets) == 1 else targets}
    if len(targets) > 1:
        raise DataError(f"{data}: only a table can have several targets")
    if name == "images":
        return {"path": data, **_no_target(data, targets)}
    if name == "idx" or is_npy(data):
        if not targets:
            raise UserError(f"{data}: name the file of its targets with --target FILE")
        return {"inputs": data, "targets": targets[0]}
    if name == "arrays":
        return {"path": data, **_array_names(data, targets)}
    raise DataError(f"{data}: expected {FILES_DESCRIPTION}")


def _image_column(data: str, targets: list[str]) -> str | None:
    """Return the first text column whose cells are all names of image files; None if there is none."""
    table = read_table(data)
    for name in table.text_columns:
        texts = table.texts(name).unique()
        if name not in targets and all(map(is_image, texts)):
            return name
    return None


def _no_target(data: str, targets: list[str]) -> dict[str, str]:
    """Check that no target is given, because the source contains its targets; return no keys."""
    if targets:
        raise UserError(f"{data}: contains its targets; leave out --target")
    return {}


def _array_names(data: str, targets: list[str]) -> dict[str, str]:
    """Return the keys `inputs` and `targets` for a .npz file, but only those that differ from the defaults."""
    names = npz_names(data)
    target = targets[0] if targets else "y"
    if target not in names:
        raise UserError(f"{data}: name the array to learn with --target NAME{suggestion(target, names)}")
    others = [name for name in names if name != target]
    twin = "xX"["Y" in target[:1]] + target[1:] if target[:1] in ("y", "Y") else "x"  # such as x_train for y_train
    inputs = next((name for name in (twin, "x") if name in others), others[0] if len(others) == 1 else "")
    if not inputs:
        raise UserError(f"{data}: which of {', '.join(others)} are the inputs? Keep one of them, or rename one to x")
    return {key: name for key, name, usual in (("inputs", inputs, "x"), ("targets", target, "y")) if name != usual}


def _file_keys(values: dict[str, Any]) -> tuple[str, ...]:
    """Return the keys of a source whose values are file names."""
    return () if "dataset" in values else ("path",) if "path" in values else ("inputs", "targets")


def _relative_path(path: str, folder: str) -> str:
    """Return a path relative to the folder of the config; an absolute path is returned unchanged."""
    return path if os.path.isabs(path) else os.path.relpath(path, folder or ".")


def _validate(text: str, folder: str) -> None:
    """Validate the new config as `nncli check` does.

    Raises:
        ConfigError: with every problem.
    """
    validate_document(read_text(text, "the new config", os.path.abspath(folder)))


def _write(path: str, text: str) -> None:
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SaveError(f"{path}: cannot be written ({error.strerror})") from None

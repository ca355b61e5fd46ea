"""Read YAML strictly, with the position of every value; tags cannot construct objects."""

from __future__ import annotations

import os
from typing import Any

import yaml

from nncli.config.document import Document, Mark
from nncli.config.limits import MAX_DEPTH, MAX_FILE_BYTES, TOO_DEEP
from nncli.config.syntax_errors import explain_syntax_error
from nncli.config.yaml_loader import ConfigLoader
from nncli.config.yaml_nodes import NodeReader
from nncli.core.errors import ConfigError, Problem, UserError
from nncli.core.spelling import nearest_file


def read_file(path: str, max_depth: int = MAX_DEPTH) -> Document:
    """Read the config in a file.

    Args:
        path: the file.
        max_depth: maximum depth of nested mappings and lists.

    Raises:
        UserError: if the file cannot be read or is larger than `MAX_FILE_BYTES`.
        ConfigError: if the file is not valid YAML, with the position of the mistake.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        raise UserError(f"no such config: {path}{nearest_file(path)}") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); expected a YAML config") from None
    if len(content) > MAX_FILE_BYTES:
        raise UserError(f"{path}: larger than {MAX_FILE_BYTES} bytes; expected a YAML config")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}); expected a YAML config") from None
    document = read_text(text, path, os.path.dirname(os.path.abspath(path)), max_depth)
    document.content = content
    return document


def read_text(text: str, name: str, folder: str, max_depth: int = MAX_DEPTH) -> Document:
    """Read the config in a text.

    Args:
        text: the YAML.
        name: name of the file, for messages.
        folder: the folder that paths in the config are relative to.
        max_depth: maximum depth of nested mappings and lists.

    Raises:
        ConfigError: if the text is not valid YAML, with the position and the line of the mistake.
    """
    document = Document(None, name, folder, text=text)
    try:
        loader = ConfigLoader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise document.error([explain_syntax_error(error, document)]) from None
    except RecursionError:
        raise document.error([document.locate_at(Mark(1, 1), Problem((), TOO_DEEP))]) from None
    if root is None:
        message = "the file is empty; expected a mapping with data, model, loss and optimizer"
        raise document.error([document.locate_at(Mark(1, 1), Problem((), message))])
    document.value = NodeReader(document, max_depth).read(root, ())
    return document


def read_value(text: str) -> Any:
    """Read one YAML value, such as the value of a --set option.

    Raises:
        ConfigError: if the text is not valid YAML.
    """
    if not text.strip():
        return None
    document = read_text(text, "", "")
    if document.problems:
        raise ConfigError(document.problems)
    return document.value

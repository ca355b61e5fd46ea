"""Read and write the JSON files of a run."""

from __future__ import annotations

import json
import os
from typing import Any

from nncli.core.errors import RunError, SaveError
from nncli.core.json_values import json_ready
from nncli.core.spelling import nearest_file
from nncli.core.untrusted_files import open_regular_file
from nncli.runs.run_files import run_suggestion

MAX_JSON_BYTES = 64 << 20  # the fingerprints of 300,000 images are 50 MB
MAX_CONTAINERS = 10_000  # number of lists and mappings; each may take 60 bytes of memory for 2 bytes of text


def json_text(path: str, values: dict[str, Any]) -> str:
    """Return plain values as the text of a JSON file.

    Raises:
        SaveError: if it would be larger than `read_run_json` accepts.
    """
    text = json.dumps(json_ready(values), indent=2) + "\n"
    if len(text) > MAX_JSON_BYTES:
        raise SaveError(f"{path}: cannot be written: it would be larger than {MAX_JSON_BYTES:,} bytes")
    return text


def read_run_json(folder: str, name: str) -> dict[str, Any]:
    """Return the values in a JSON file of a run directory.

    Raises:
        RunError: if it is missing or damaged.
    """
    path = os.path.join(folder, name)
    try:
        values = json.loads(read_run_bytes(folder, name))
    except (ValueError, RecursionError):
        raise RunError(f"{path}: not the JSON that a run writes, or damaged") from None
    if not isinstance(values, dict):
        raise RunError(f"{path}: expected a mapping")
    return values


def read_run_bytes(folder: str, name: str) -> bytes:
    """Return the content of a JSON file of a run directory, if it is not larger than the limits of this module.

    Raises:
        RunError: if the file is missing, cannot be read or is too large.
    """
    path = os.path.join(folder, name)
    try:
        with open_regular_file(path) as file:
            content = file.read(MAX_JSON_BYTES + 1)
    except FileNotFoundError:
        if not os.path.exists(folder):
            raise RunError(f"no such run directory: {folder}{nearest_file(folder)}") from None
        raise RunError(f"{folder}: not a run directory (it has no {name}){run_suggestion(folder)}") from None
    except NotADirectoryError:
        raise RunError(f"{folder}: a file; expected a run directory{run_suggestion(folder)}") from None
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror})") from None
    if len(content) > MAX_JSON_BYTES or content.count(b"[") + content.count(b"{") > MAX_CONTAINERS:
        raise RunError(f"{path}: larger than what a run writes")
    return content

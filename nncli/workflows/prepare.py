"""From a config file to a session, with every problem at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nncli.assemble.session import Session, assemble
from nncli.assemble.survey import survey
from nncli.config.document import Document
from nncli.config.load import draft
from nncli.config.overrides import apply_overrides
from nncli.config.reader import read_file
from nncli.core.errors import ConfigError


def prepare(config: str, settings: Sequence[str] = ()) -> tuple[Document, Session]:
    """The config as read, and the session that it describes.

    Args:
        config: the path of a YAML file.
        settings: KEY=VALUE pairs that go over the file.

    Raises:
        ConfigError: with every problem, located.
        UserError: where the file cannot be read or a setting is no KEY=VALUE.
    """
    document = read_file(config)
    apply_overrides(document, list(settings))
    found = draft(document)
    if found.spec is None:
        raise document.error([*found.problems, *survey(found.parts).problems])
    spec = found.spec if found.spec.name else replace(found.spec, name=Path(config).stem)
    try:
        return document, assemble(spec)
    except ConfigError as error:
        raise document.error(error.problems) from None

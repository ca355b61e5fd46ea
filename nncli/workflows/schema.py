"""The JSON Schema of a config, with what is registered now."""

from __future__ import annotations

from nncli.config.schema import schema as schema

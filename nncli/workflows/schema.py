"""The JSON Schema of a config, with everything that is registered now."""

from __future__ import annotations

from nncli.config.json_schema import build_schema as build_schema

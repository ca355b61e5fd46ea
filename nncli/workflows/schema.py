"""The JSON Schema of a config; re-exported because the commands import workflows only."""

from __future__ import annotations

from nncli.config.json_schema import build_schema as build_schema

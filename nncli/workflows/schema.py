"""The JSON Schema of a config; re-exported here because the commands import only workflows."""

from __future__ import annotations

from nncli.config.json_schema import build_schema as build_schema

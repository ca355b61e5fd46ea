"""Build the JSON Schema of a config, for editors, from the typed fields that also validate it."""

from __future__ import annotations

import types
from collections.abc import Callable
from inspect import get_annotations
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types

from nncli.config.spec import INHERITS_FROM_TRAIN, Spec
from nncli.core.checked import Checked, Registered
from nncli.core.docstrings import parse_class_docstring
from nncli.core.field_docs import FieldDoc, document_fields
from nncli.core.fields import ALSO_WHOLE_NUMBERS, OneOf, required_fields
from nncli.core.registry import Registry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE = {"type": "string", "pattern": r"^\$\{[^{}]+\}$", "description": "the value at another path of the config"}
SIMPLE_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}

Schema = dict[str, Any]


def build_schema() -> Schema:
    """Build the schema of a config with all classes that are registered at this time."""
    definitions = _Definitions()
    whole = definitions.fields(Spec)
    return {
        "$schema": DIALECT,
        "title": "nncli config",
        **whole,
        "$defs": {"reference": REFERENCE, **dict(sorted(definitions.built.items()))},
    }


class _Definitions:
    """The schemas of classes and registries, each built once and referred to by name."""

    def __init__(self) -> None:
        self.built: dict[str, Schema] = {}

    def fields(self, cls: type[Checked], *, inheriting: bool = False) -> Schema:
        """Build the schema of a mapping with the fields of a class.

        Args:
            cls: the class.
            inheriting: whether fields may be inherited from another source, so that none of them is required.
        """
        fields = document_fields(cls)
        schema: Schema = {
            "type": "object",
            "description": parse_class_docstring(cls).summary,
            "properties": {field.name: self._property(field) for field in fields},
            "additionalProperties": False,
        }
        needed = [field.name for field in fields if field.required and not inheriting]
        return schema | ({"required": needed} if needed else {})

    def alternatives(self, annotation: Any) -> list[Schema]:
        """Return the schemas of a type annotation: one for each member of a union, otherwise usually one."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:])
        if origin in (Union, types.UnionType):
            return [schema for option in arguments for schema in self.alternatives(option)]
        if origin is Literal:
            return [{"enum": list(arguments)}]
        if origin is tuple and arguments[-1] is Ellipsis:
            return [{"type": "array", "items": self._one(arguments[0])}]
        if origin is tuple:
            items = [self._one(argument) for argument in arguments]
            return [{"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}]
        if origin is dict:
            return [{"type": "object", "additionalProperties": self._one(arguments[1])}]
        if origin is list:
            return [{"type": "array", "items": self._one(arguments[0])}]
        if annotation in SIMPLE_TYPES:
            return [{"type": SIMPLE_TYPES[annotation]}]
        if not (isinstance(annotation, type) and issubclass(annotation, Checked)):
            return [{}]  # a plugin's class, which validates its values itself
        return [self._named(annotation.__name__, lambda: self.fields(annotation))]

    def _annotated(self, inner: Any, metadata: tuple[Any, ...]) -> list[Schema]:
        registry = next((item for item in metadata if isinstance(item, Registry)), None)
        if registry is not None:
            inheriting = INHERITS_FROM_TRAIN in metadata
            name = f"inheriting_{registry.kind}" if inheriting else registry.kind
            return [self._named(name, lambda: self._registry(registry, inheriting=inheriting))]
        choices = next((item for item in metadata if isinstance(item, OneOf)), None)
        if choices is not None:
            return [{"enum": choices.names()}]
        schemas = self.alternatives(inner)
        if ALSO_WHOLE_NUMBERS in metadata:
            schemas = [*schemas, {"type": "integer"}]
        limits = [_limits(item, of_entries=get_origin(inner) is dict) for item in metadata]
        return [{**schema, **{key: limit for found in limits for key, limit in found.items()}} for schema in schemas]

    def _registry(self, registry: Registry, *, inheriting: bool) -> Schema:
        """Build the schema of a registry: a mapping for each class; a class without required keys also by its name."""
        classes = [cls for cls in registry if cls.listed]
        plain = [name for cls in classes if not any(required_fields(cls)) for name in _names(registry, cls)]
        mappings = [self._entry(registry, cls, inheriting=inheriting) for cls in classes]
        return {"anyOf": [*([{"enum": sorted(plain)}] if plain else []), *mappings]}

    def _entry(self, registry: Registry, cls: type[Registered], *, inheriting: bool) -> Schema:
        """Build the schema of a mapping that describes a registered class."""

        def build() -> Schema:
            schema = self.fields(cls, inheriting=inheriting)
            type_optional = inheriting or any("claims" in vars(base) for base in cls.__mro__ if base is not Registered)
            properties = {"type": {"enum": _names(registry, cls)}, **schema["properties"]}
            needed = [*([] if type_optional else ["type"]), *schema.get("required", [])]
            schema = {**schema, "properties": properties}
            if needed or inheriting:
                return {**schema, **({"required": needed} if needed else {"minProperties": 1})}
            own = [name for name in properties if name == "type" or name in get_annotations(cls)]
            return {**schema, "anyOf": [{"required": [name]} for name in own]}

        return self._named(f"{'inheriting_' if inheriting else ''}{registry.kind}.{cls.type_name}", build)

    def _property(self, field: FieldDoc) -> Schema:
        schema: Schema = {"description": field.text} if field.text else {}
        schema |= self._one(field.annotation)
        return schema if field.required else {**schema, "default": field.default}

    def _one(self, annotation: Any) -> Schema:
        """Build the schema of a type annotation, which also accepts a reference to another value of the config."""
        schemas = self.alternatives(annotation)
        if any(schema == {"type": "string"} for schema in schemas):
            return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        return {"anyOf": [*schemas, {"$ref": "#/$defs/reference"}]}

    def _named(self, name: str, build: Callable[[], Schema]) -> Schema:
        """Build the definition with this name unless it exists, and return a reference to it."""
        if name not in self.built:
            self.built[name] = {}  # so that a schema can refer to itself
            self.built[name] = build()
        return {"$ref": f"#/$defs/{name}"}


def _limits(item: Any, *, of_entries: bool) -> Schema:
    """Convert bounds such as Ge or MinLen to a schema; `of_entries`: whether a length counts entries of a mapping."""
    keys = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
    found = {key: getattr(item, name) for name, key in keys.items() if getattr(item, name, None) is not None}
    if isinstance(item, annotated_types.Len | annotated_types.MinLen):
        found["minProperties" if of_entries else "minItems"] = item.min_length
    return found


def _names(registry: Registry, cls: type[Registered]) -> list[str]:
    return [cls.type_name, *registry.aliases(cls.type_name)]

"""The schemas of `configs/schemas`, for tests of what programs read: an answer enters, what is wrong with it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

__all__ = ["SCHEMAS", "wrong_with"]

FOLDER = Path(__file__).parents[2] / "configs" / "schemas"
SCHEMAS: dict[str, dict[str, Any]] = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")
}


def _closed(schema: Any) -> Any:
    """Return the schema without room for properties that it does not describe; users are left that room."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **closed} if schema.get("type") == "object" else closed


_CLOSED = {name: _closed(schema) for name, schema in SCHEMAS.items()}
_REGISTRY: Registry[Any] = Registry().with_resources(
    [(schema["$id"], Resource.from_contents(schema)) for schema in _CLOSED.values()]
)


def wrong_with(answer: object, name: str) -> list[str]:
    """Return what an answer has or lacks against the schema of that name."""
    validator = Draft202012Validator(
        _CLOSED[name], registry=_REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer)]

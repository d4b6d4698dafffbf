"""The JSON schema of maildesk.yaml, for editors.

yaml-language-server reads drafts up to 7 while pydantic writes 2020-12, so what differs is said in the older
words. Refuses to know more than the models do: every word comes from them.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from maildesk.config.sections import Config

_DRAFT = "http://json-schema.org/draft-07/schema#"


class _AsWritten(GenerateJsonSchema):
    """Defaults stand in the schema as people write them ("25MiB"), not as they are stored."""

    def encode_default(self, dft: Any) -> Any:
        match dft:
            case dict():
                return {str(key): self.encode_default(value) for key, value in dft.items()}
            case tuple() | list():
                return [self.encode_default(value) for value in dft]
            case None | bool() | int() | float():
                return dft
            case _:
                return str(dft)


def json_schema() -> dict[str, Any]:
    """Draft 7; what an editor needs to complete, explain and check each key."""
    schema = Config.model_json_schema(schema_generator=_AsWritten)
    draft7 = _draft7(schema)
    assert isinstance(draft7, dict)
    return {"$schema": _DRAFT, "title": "maildesk.yaml", **draft7}


def _draft7(node: Any) -> Any:
    if isinstance(node, list):
        return [_draft7(item) for item in node]
    if not isinstance(node, dict):
        return node
    drop = {"title"} if isinstance(node.get("title"), str) else set()  # pydantic's, made from the keys: noise
    if node.get("default", ...) is None:
        drop.add("default")  # editors would offer to write "null"
    found = {_KEYS.get(key, key): _draft7(value) for key, value in node.items() if key not in drop}
    reference = found.pop("$ref", None)
    if reference is None:
        return found
    reference = reference.replace("#/$defs/", "#/definitions/")
    # Draft 7 §8.3: whatever stands beside a $ref is ignored
    return {"allOf": [{"$ref": reference}], **found} if found else {"$ref": reference}


_KEYS = {"$defs": "definitions", "prefixItems": "items"}

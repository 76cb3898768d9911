"""The page about the API as a view model, made from its OpenAPI document alone."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _

from node.web.view_models.api import ApiAnswer, ApiField, ApiForm, ApiGroup, ApiMember, ApiOperation
from node.web.view_models.parts import Link

_FORMS = "#/components/schemas/"
_MOST_WORDS = 8
_NUMBERS = ("integer", "number")
Document = Mapping[str, Any]


def groups_of(document: Document, root: str, keys: Mapping[str, str]) -> tuple[ApiGroup, ...]:
    """The operations by their tags. ``keys`` has a key that is there now for a path; ``root`` stands before paths."""
    found = [
        (operation["tags"][0], _operation(document, path, method, {**operation, **_shared(methods)}, root, keys))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]
    return tuple(
        ApiGroup(tag["name"], tag["description"], tuple(one for name, one in found if name == tag["name"]))
        for tag in document["tags"]
    )


def forms_of(document: Document) -> tuple[ApiForm, ...]:
    """What answers are made of."""
    schemas = document["components"]["schemas"]
    return tuple(
        ApiForm(anchor_of(name), name, schema.get("description", ""), tuple(_members(schema)))
        for name, schema in schemas.items()
    )


def anchor_of(form: str) -> str:
    return f"form-{form}"


def _shared(methods: Document) -> dict[str, Any]:
    return {"in_path": methods.get("parameters", [])}


def _resolved(document: Document, value: Document) -> Document:
    while "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def _operation(
    document: Document, path: str, method: str, said: Document, root: str, keys: Mapping[str, str]
) -> ApiOperation:
    asked = [*said["in_path"], *(one for one in said.get("parameters", ()) if one.get("in") == "query")]
    key = keys.get(path)
    fields = tuple(_field(one, key if one["in"] == "path" else None) for one in asked)
    body = next(iter(said.get("requestBody", {}).get("content", {}).values()), None)
    there = method == "get" and (key is not None or "{" not in path)
    example_path = root + path.replace("{key}", quote(key or "", safe="")) if there else None
    success = next(iter(said["responses"].values()))
    return ApiOperation(
        anchor=said["operationId"],
        name=said["operationId"],
        method=method.upper(),
        path=root + path,
        summary=said["summary"],
        description=said.get("description", ""),
        fields=fields,
        body=_pretty(body["example"]) if body else None,
        answers=tuple(_answer(document, status, one) for status, one in said["responses"].items()),
        example=_pretty(next(iter(success["content"].values()))["example"]),
        curl=_curl(document["servers"][0]["url"], path.replace("{key}", key or "KEY"), body),
        example_path=example_path,
    )


def _curl(server: str, path: str, body: Document | None) -> str:
    sent = [] if body is None else ["-H", "Content-Type: application/json", "-d", json.dumps(body["example"])]
    return shlex.join(["curl", *sent, server + path])


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _answer(document: Document, status: str, said: Document) -> ApiAnswer:
    known = _resolved(document, said)
    content: Document = next(iter(known.get("content", {}).values()), {})
    return ApiAnswer(status, known["description"], _link(content.get("schema", {})))


def _link(schema: Document) -> Link | None:
    name = schema.get("$ref", "").removeprefix(_FORMS)
    return Link(name, f"#{anchor_of(name)}") if name else None


def _field(said: Document, key: str | None) -> ApiField:
    schema = said["schema"]
    items = schema.get("items", schema)
    several = "items" in schema
    example = said.get("example", "")
    values = tuple(items.get("enum", ()))
    number = items["type"] in _NUMBERS
    return ApiField(
        name=said["name"],
        description=said["description"],
        kind="choices" if several and values else "choice" if values else _kind(items),
        limits=_limits(items),
        values=values,
        example=_text(example[0] if several else example),
        typed=key or "",
        least=_text(items["minimum"]) if number else None,
        most=_text(items["maximum"]) if number else None,
        longest=items.get("maxLength"),
        needed=bool(said.get("required")),
    )


def _kind(schema: Document) -> str:
    if schema["type"] in _NUMBERS:
        return "number"
    return "day" if schema.get("format") == "date" else "text"


def _text(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def _limits(schema: Document) -> str:
    if schema["type"] in _NUMBERS:
        span = {"least": _text(schema["minimum"]), "most": _text(schema["maximum"])}
        if schema["type"] == "integer":
            return str(_("whole number, %(least)s to %(most)s", **span))
        return str(_("number, %(least)s to %(most)s", **span))
    if schema.get("format") == "date":
        return str(_("day, as 2026-12-05"))
    if "maxLength" in schema:
        return str(_("text, %(most)s characters at most", most=schema["maxLength"]))
    return ""


def _members(schema: Document, before: str = "") -> Iterator[ApiMember]:
    """The members of a form, those of inner forms after the one that holds them."""
    needed = schema.get("required", ())
    for name, said in schema.get("properties", {}).items():
        inner = said.get("items", said)
        link = _link(inner) or _link(inner.get("additionalProperties", {}).get("items", {}))
        yield ApiMember(before + name, _said_of(said), said.get("description", ""), name in needed, link)
        if "properties" in inner:
            yield from _members(inner, f"{before}{name}{'[]' if inner is not said else ''}.")


def _said_of(schema: Document) -> str:
    """Of what sort a value is, in words."""
    if "enum" in schema:
        return _one_of([str(word) for word in schema["enum"]])
    if "$ref" in schema:
        return str(_("object"))
    kinds = schema.get("type", "object")
    said = [_sort(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return str(_(" or ")).join(said)


def _sort(kind: str, schema: Document) -> str:
    if kind == "array":
        return str(_("list of: %(kind)s", kind=_said_of(schema["items"])))
    if kind == "string":
        return str(_("moment") if schema.get("format") == "date-time" else _("text"))
    names = {
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("true or false"),
        "object": _("object"),
        "null": "null",
    }
    return str(names[kind])


def _one_of(words: list[str]) -> str:
    shown = [*words[:_MOST_WORDS], *(["…"] if len(words) > _MOST_WORDS else [])]
    return str(_("one of: %(words)s", words=", ".join(shown)))

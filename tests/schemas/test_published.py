"""The published JSON Schemas and the field table: up to date, complete, and never stricter than the code."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from marshmallow import Schema

from schemas import field_table, json_feed, publish
from schemas.atom_names import extension
from schemas.errors import DocumentError
from schemas.field_table import HEAD_MEANINGS, NODE_MEANINGS, TOMBSTONE_MEANINGS, table
from schemas.listing import ExtensionSchema, ItemSchema, dump_listing, load_listing
from schemas.node_document import NodeDocumentSchema, dump_node_document, load_node_document
from schemas.organisation import dump_organisation, load_organisation
from schemas.page import Page, PageHeadSchema, TombstoneSchema, with_hash
from schemas.strict_json import loads
from tests.schemas import made
from tests.schemas.made import HEAD, PARK, desk_item
from tests.schemas.test_node_document import LEAST, NODE
from tests.thorough import examples

MADE = publish.published()
VALID = {name.partition(".")[0]: jsonschema_rs.Draft202012Validator(schema) for name, schema in MADE.items()}


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_file_is_what_the_code_would_write(name: str) -> None:
    found = (publish.FOLDER / name).read_text(encoding="utf-8")
    assert found == publish.text_of(MADE[name]), "run: python -m schemas.publish"


def test_no_other_file_is_published() -> None:
    assert sorted(path.name for path in publish.FOLDER.iterdir()) == sorted(MADE)


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_file_is_a_json_schema(name: str) -> None:
    jsonschema_rs.meta.validate(MADE[name])


@pytest.mark.parametrize(
    ("name", "document"),
    [
        pytest.param("listing", desk_item(), id="listing"),
        pytest.param("listing", with_hash(desk_item(), ("https://a.example/",)), id="listing as it is sent"),
        pytest.param("organisation", dump_organisation(PARK), id="organisation"),
        pytest.param("node", dump_node_document(NODE), id="node"),
        pytest.param("node", LEAST, id="the least node"),
        pytest.param("node", {**LEAST, "keys": [{"type": "ML-DSA"}]}, id="node with keys of another type"),
        pytest.param(
            "page",
            loads(json_feed.encode(Page("json", "Park", head=HEAD), [json_feed.encode_item(with_hash(desk_item()))])),
            id="page",
        ),
    ],
)
def test_what_we_write_is_valid(name: str, document: Any) -> None:
    VALID[name].validate(document)


@settings(max_examples=examples(40), deadline=None)
@given(made.listings())
def test_every_valid_listing_is_valid_there(listing: Any) -> None:
    VALID["listing"].validate(with_hash(dump_listing(listing)))


def refused(load: Any, document: Any) -> bool:
    try:
        load(document)
    except DocumentError:
        return True
    return False


def is_text(document: Any) -> bool:
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


@settings(max_examples=examples(80), deadline=None)
@given(made.raw_items())
def test_what_is_refused_there_is_refused_here(item: dict[str, Any]) -> None:
    # The other validator is given UTF-8, in which half a character cannot stand.
    assume(is_text(item))
    assert VALID["listing"].is_valid(item) or refused(load_listing, item)


@settings(max_examples=examples(80), deadline=None)
@given(st.data())
def test_one_member_changed_is_judged_alike(data: st.DataObject) -> None:
    item = desk_item()
    holders = [item, item["_sharefeed"], item["_sharefeed"]["place"], item["_sharefeed"]["organisation"]]
    holder = data.draw(st.sampled_from(holders))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(made.json_values(made.text()))
    assert VALID["listing"].is_valid(item) or refused(load_listing, item)


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        pytest.param({"_sharefeed__action": "host"}, False, id="an action of another kind"),
        pytest.param({"_sharefeed__kind": "space", "_sharefeed__action": "host"}, False, id="a space with a condition"),
        pytest.param(
            {"_sharefeed__kind": "skill", "_sharefeed__action": "help", "_sharefeed__condition": None},
            True,
            id="a skill",
        ),
        pytest.param({"_sharefeed__place": {"lat": 1}}, False, id="half a point"),
        pytest.param({"title": "a\x07"}, False, id="a control character"),
        pytest.param({"title": None}, False, id="no title"),
        pytest.param({"later": 1, "_sharefeed__later": {}}, True, id="unknown members"),
    ],
)
def test_rules_over_several_members_are_said(changes: dict[str, Any], valid: bool) -> None:
    item = desk_item(**changes)
    assert VALID["listing"].is_valid(item) is valid
    assert refused(load_listing, item) is not valid


@pytest.mark.parametrize(
    ("name", "load", "document"),
    [
        pytest.param("node", load_node_document, dump_node_document(NODE), id="node"),
        pytest.param("organisation", load_organisation, dump_organisation(PARK), id="organisation"),
    ],
)
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_other_documents_are_judged_alike(name: str, load: Any, document: Any, data: st.DataObject) -> None:
    changed = copy.deepcopy(document)
    changed[data.draw(st.sampled_from(sorted(document)))] = data.draw(made.json_values(made.text()))
    assert VALID[name].is_valid(changed) or refused(load, changed)


# The table of fields.


def test_every_element_of_ours_has_its_row() -> None:
    """The rows are drawn from the schema; this holds them against the Atom codec, which is another walk over it."""
    written = {row.atom for row in table() if row.atom.startswith("sf:")}
    expected = {f"sf:{path}" for path in elements(extension().parts.values())}
    assert written == expected - {"sf:category", "sf:place/sf:lat", "sf:place/sf:lon"}


def elements(shapes: Any, above: str = "") -> list[str]:
    found = []
    for shape in shapes:
        path = f"{above}{shape.element}"
        found += [path, *elements(shape.parts.values(), f"{path}/sf:")]
    return found


def test_nothing_in_the_table_is_left_over() -> None:
    paths = {row.path.removeprefix("_sharefeed.") for row in table()}
    assert paths == {*field_table._CORE, *field_table._EXTENSION, *field_table._MARKS}


def test_required_fields_are_those_of_the_schema() -> None:
    required = {row.path for row in table() if row.required and row.path.count(".") <= 1}
    core = {field.data_key or name for name, field in ItemSchema().fields.items() if field.required}
    inside = {f"_sharefeed.{name}" for name, field in ExtensionSchema().fields.items() if field.required}
    assert required == core | inside


@pytest.mark.parametrize(
    ("schema", "meanings"),
    [
        pytest.param(NodeDocumentSchema(), NODE_MEANINGS, id="node document"),
        pytest.param(PageHeadSchema(), HEAD_MEANINGS, id="page head"),
        pytest.param(TombstoneSchema(), TOMBSTONE_MEANINGS, id="tombstone"),
    ],
)
def test_every_member_of_the_other_documents_has_its_meaning(schema: Schema, meanings: Any) -> None:
    assert [field.data_key or name for name, field in schema.fields.items()] == list(meanings)


def test_every_meaning_is_a_sentence() -> None:
    meanings = [row.names.meaning for row in table()]
    meanings += [*NODE_MEANINGS.values(), *HEAD_MEANINGS.values(), *TOMBSTONE_MEANINGS.values()]
    assert [meaning for meaning in meanings if not meaning.endswith(".")] == []

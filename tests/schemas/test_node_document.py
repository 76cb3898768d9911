"""The node document: each rule by name, the way there and back, and what later versions may add."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.errors import DocumentError
from schemas.node_document import (
    Area,
    Asking,
    Contact,
    Feeds,
    HandedOn,
    Key,
    NodeDocument,
    Software,
    dump_node_document,
    load_node_document,
)
from schemas.organisation import dump_organisation, load_organisation
from tests.schemas.made import NOW, PARK

NODE = NodeDocument(
    id="https://node.example/",
    name="Gladstone Park",
    licence="CC0-1.0",
    description="What we give and lend.",
    languages=("en", "pl"),
    area=Area("Peterborough", "GB", (-0.5, 52.4, 0.1, 52.7)),
    attribution="Gladstone Park community group",
    contact=Contact("hello@node.example", "https://node.example/contact"),
    ttl=900,
    feeds=Feeds(
        "https://node.example/changes.json",
        "https://node.example/feed.json",
        "https://node.example/feed.atom",
        "https://node.example/receipts.json",
        "https://node.example/handovers.json",
    ),
    inbox="https://node.example/inbox",
    hub="https://node.example/hub",
    keys=(Key("k1", "Ed25519", "bQ0", NOW, NOW + timedelta(days=365)),),
    organisations=(PARK,),
    aggregates=("https://other.example/",),
    moved_to="https://new.example/",
    moved_from=("https://old.example/",),
    handed_on=(HandedOn("https://node.example/listings/school.", "https://school.example/", NOW),),
    asking=(Asking(PARK.id, "need"),),
    software=Software("sharefeed", "0.1.0"),
)
LEAST = {"sharefeed": "1.0", "id": "https://node.example/", "name": "Park", "licence": "CC0-1.0"}


def test_a_full_document_survives_the_way_there_and_back() -> None:
    assert load_node_document(dump_node_document(NODE)) == NODE


def test_the_least_document_has_its_defaults() -> None:
    node = load_node_document(LEAST)
    assert (node.ttl, node.feeds, node.organisations, node.keys) == (3600, Feeds(), (), ())
    assert dump_node_document(node) == {**LEAST, "ttl": 3600}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        pytest.param({"sharefeed": None}, "/sharefeed", "missing", id="no version"),
        pytest.param({"sharefeed": "2.0"}, "/sharefeed", "unknown-version", id="another major version"),
        pytest.param({"sharefeed": "10"}, "/sharefeed", "unknown-version", id="version ten"),
        pytest.param({"sharefeed": 1.0}, "/sharefeed", "not-text", id="version as a number"),
        pytest.param({"id": None}, "/id", "missing", id="no id"),
        pytest.param({"id": "urn:x:y"}, "/id", "bad-url", id="id that is no address"),
        pytest.param({"name": " "}, "/name", "missing", id="blank name"),
        pytest.param({"licence": None}, "/licence", "missing", id="no licence"),
        pytest.param({"languages": ["en", "?"]}, "/languages/1", "bad-language", id="no language"),
        pytest.param({"area": {"bbox": [0, 0, 0]}}, "/area/bbox", "too-few", id="box of three"),
        pytest.param({"area": {"bbox": [0, 50, 0, 40]}}, "/area/bbox", "bad-number", id="box upside down"),
        pytest.param({"area": {"bbox": [0, -91, 0, 40]}}, "/area/bbox", "bad-number", id="box beyond the pole"),
        pytest.param({"area": {"bbox": [0, 0, 0, "1"]}}, "/area/bbox/3", "bad-number", id="box with text"),
        pytest.param({"contact": {"url": "mailto:a@b.example"}}, "/contact/url", "bad-url", id="contact no page"),
        pytest.param({"ttl": -1}, "/ttl", "bad-number", id="negative wait"),
        pytest.param({"ttl": 0.5}, "/ttl", "bad-number", id="half a second"),
        pytest.param({"feeds": []}, "/feeds", "not-an-object", id="feeds a list"),
        pytest.param({"feeds": {"changes": "/changes.json"}}, "/feeds/changes", "bad-url", id="relative feed"),
        pytest.param({"keys": [{"type": "Ed25519"}]}, "/keys/0/id", "missing", id="key without id"),
        pytest.param({"keys": ["k1"]}, "/keys/0", "not-an-object", id="key a text"),
        pytest.param(
            {"organisations": [{"id": "x:1", "name": "x"}]}, "/organisations/0/type", "missing", id="organisation"
        ),
        pytest.param({"aggregates": ["node"]}, "/aggregates/0", "bad-uri", id="aggregated node"),
        pytest.param({"software": {"version": "1"}}, "/software/name", "missing", id="software"),
    ],
)
def test_each_broken_rule_is_named_where_it_is_broken(changes: dict[str, Any], pointer: str, code: str) -> None:
    document = {name: value for name, value in {**LEAST, **changes}.items() if value is not None}
    with pytest.raises(DocumentError) as caught:
        load_node_document(document)
    assert pointer in {problem.pointer: problem for problem in caught.value.problems}
    assert code in {problem.code for problem in caught.value.problems if problem.pointer == pointer}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sharefeed": "1.7"}, id="a later minor version"),
        pytest.param({"later": {"a": 1}}, id="unknown members"),
        pytest.param({"keys": [{"type": "ML-DSA", "p": 1}]}, id="keys of another type"),
        pytest.param({"area": {"bbox": [170, -20, -170, 10]}}, id="an area across the date line"),
        pytest.param({"organisations": [{**dump_organisation(PARK), "later": 1}]}, id="unknown members further in"),
    ],
)
def test_what_a_later_version_may_add_is_passed_over(changes: dict[str, Any]) -> None:
    node = load_node_document({**LEAST, **changes})
    assert (node.id, node.keys) == ("https://node.example/", ())


@pytest.mark.parametrize("document", [None, [], "x", 1], ids=str)
def test_what_is_no_object_is_refused(document: Any) -> None:
    for load in (load_node_document, load_organisation):
        with pytest.raises(DocumentError) as caught:
            load(document)
        assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("", "not-an-object")]


def test_an_organisation_survives_the_way_there_and_back() -> None:
    assert load_organisation(dump_organisation(PARK)) == PARK

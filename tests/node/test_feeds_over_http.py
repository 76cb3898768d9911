"""What a reader sees of the feeds over HTTP: ETags, 304, gzip, CORS, HEAD and problem documents."""

from __future__ import annotations

import gzip

import orjson
import pytest
from flask.testing import FlaskClient

from node.context import Node
from node.services.listings.publishing import put_listings, put_organisation
from schemas.node_document import load_node_document
from schemas.organisation import Organisation
from tests.fakes.publisher import URL, draft, school

FEEDS = [
    pytest.param("/changes.json", "application/feed+json", id="changes"),
    pytest.param("/receipts.json", "application/feed+json", id="receipts"),
    pytest.param("/handovers.json", "application/json", id="handovers"),
    pytest.param("/handovers.ndjson", "application/x-ndjson", id="handover-lines"),
    pytest.param("/feed.json", "application/feed+json", id="json"),
    pytest.param("/feed.atom", "application/atom+xml", id="atom"),
    pytest.param("/.well-known/sharefeed.json", "application/json", id="node-document"),
]
PATHS = [pytest.param(feed.values[0], id=feed.id) for feed in FEEDS]


@pytest.fixture(autouse=True)
def _some_listings(node: Node) -> None:
    put_listings(node, [draft(node, ref) for ref in "abcde"])


@pytest.mark.parametrize(("path", "media_type"), FEEDS)
def test_a_feed_names_its_type_and_asks_to_be_checked_each_time(
    client: FlaskClient, path: str, media_type: str
) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, media_type)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("path", PATHS)
def test_what_a_reader_has_already_is_not_sent_again(client: FlaskClient, path: str) -> None:
    etag = client.get(path).headers["ETag"]
    again = client.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == "no-cache"
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("held", "status"),
    [
        pytest.param("{etag}", 304, id="the-same"),
        pytest.param('"x", {etag}', 304, id="one-of-several"),
        pytest.param("W/{etag}", 304, id="weak"),
        pytest.param("*", 304, id="anything"),
        pytest.param('"x"', 200, id="another"),
        pytest.param("{etag}x", 200, id="broken"),
    ],
)
def test_if_none_match_as_rfc_9110_has_it(client: FlaskClient, held: str, status: int) -> None:
    etag = client.get("/changes.json").headers["ETag"]
    assert client.get("/changes.json", headers={"If-None-Match": held.format(etag=etag)}).status_code == status


def test_a_change_changes_the_etag(client: FlaskClient, node: Node) -> None:
    before = client.get("/changes.json").headers["ETag"]
    put_listings(node, [draft(node, "f")])
    assert client.get("/changes.json", headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("path", ["/changes.json", "/feed.json", "/feed.atom"])
def test_gzip_carries_the_same_bytes_under_an_etag_of_its_own(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    again = client.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, packed.headers["ETag"])


@pytest.mark.parametrize("refusal", ["gzip;q=0", "br", "identity"])
def test_gzip_is_sent_only_to_those_who_take_it(client: FlaskClient, refusal: str) -> None:
    answer = client.get("/changes.json", headers={"Accept-Encoding": refusal})
    assert "Content-Encoding" not in answer.headers
    assert orjson.loads(answer.data)["items"]


@pytest.mark.parametrize("path", PATHS)
def test_head_says_what_get_would(client: FlaskClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert head.data == b""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", PATHS)
def test_a_script_of_another_site_may_ask_conditionally(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers={"Origin": "https://other.example", "Access-Control-Request-Method": "GET"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    ("after", "status", "kind"),
    [
        pytest.param("x", 400, "bad-cursor", id="no-cursor"),
        pytest.param("00000000-0000-4000-8000-000000000000.1", 410, "resync", id="another-epoch"),
    ],
)
@pytest.mark.parametrize("feed", ["/changes.json", "/receipts.json"])
def test_a_cursor_that_cannot_be_followed_is_answered_with_a_problem(
    client: FlaskClient, feed: str, after: str, status: int, kind: str
) -> None:
    answer = client.get(feed, query_string={"after": after})
    document = orjson.loads(answer.data)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert (document["type"], document["status"]) == (f"https://w3id.org/sharefeed/problems/{kind}", status)
    assert document["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_empty_cursor_is_the_start(client: FlaskClient) -> None:
    assert len(orjson.loads(client.get("/changes.json?after=").data)["items"]) == 5


def test_a_page_can_be_followed_from_its_own_words(client: FlaskClient) -> None:
    first = orjson.loads(client.get("/changes.json").data)
    again = client.get("/changes.json", query_string={"after": first["_sharefeed"]["checkpoint"]})
    assert orjson.loads(again.data)["items"] == []


def test_the_node_document_says_who_and_where(client: FlaskClient, node: Node) -> None:
    document = load_node_document(orjson.loads(client.get("/.well-known/sharefeed.json").data))
    assert (document.id, document.name, document.licence, document.ttl) == (URL, "Share", "CC0-1.0", 3600)
    assert document.feeds.changes == f"{URL}changes.json"
    assert document.feeds.receipts == f"{URL}receipts.json"
    assert document.organisations == (school(node),)
    assert document.aggregates == ()
    assert document.software is not None


def test_a_new_organisation_changes_the_node_document(client: FlaskClient, node: Node) -> None:
    before = client.get("/.well-known/sharefeed.json").headers["ETag"]
    put_organisation(node, Organisation(f"{URL}organisations/new", "New", "charity", description="Who we are."))
    after = client.get("/.well-known/sharefeed.json", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert [o["name"] for o in orjson.loads(after.data)["organisations"]] == ["New", "Riverside School"]


@pytest.mark.parametrize("after", ["", "nothing", "%00", "%ED%A0%80", "'; DROP TABLE handovers; --", "x" * 5000])
def test_lines_go_on_from_whatever_is_asked_for(client: FlaskClient, after: str) -> None:
    answer = client.get(f"/handovers.ndjson?after={after}")
    assert (answer.status_code, answer.data) == (200, b"")
    assert "next" not in answer.headers.get("Link", "")

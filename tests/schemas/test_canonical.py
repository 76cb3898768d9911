"""The canonical form against the reference library, the listing hash, and the digest that is kept by additions."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import strict_json
from schemas.canonical import (
    DIGEST_MODULUS,
    MAX_DEPTH,
    MAX_INTEGER,
    bare,
    canonical_bytes,
    contribution,
    digest_hex,
    digest_value,
    listing_hash,
)
from schemas.errors import DocumentError, Problem
from schemas.page import with_hash
from tests.schemas import made
from tests.schemas.made import desk_item
from tests.thorough import examples

whole_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@settings(max_examples=examples(200))
@given(made.json_values(whole_text))
@example({"€": "Euro Sign", "\r": "Carriage Return", "דּ": "Hebrew", "1": "One", "😀": "Emoji", "\x80": "C", "ö": "O"})
@example([333333333.33333329, 4.50, 2e-3, 0.000000000000000000000000001, -0.0, 5e-324, 2.0**53 - 1, 1e15 + 0.5])
@example({"": {"": []}, "a": [True, False, None, {}]})
@example('</script>\u2028\u0000\u001f"\\/')
def test_the_form_is_that_of_the_reference_library(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.floats(-MAX_INTEGER, MAX_INTEGER))
def test_every_number_is_spelled_like_the_reference(number: float) -> None:
    assert canonical_bytes([number]) == rfc8785.dumps([number])


@pytest.mark.parametrize("number", [2.0**53, -(2.0**53), 1e21, 1e300, 2**53, -(2**53), 10**30], ids=str)
def test_a_number_that_readers_round_differently_is_refused_however_spelled(number: float) -> None:
    with pytest.raises(DocumentError, match="bad-number"):
        canonical_bytes({"a": number})


@given(made.json_values(whole_text))
def test_the_form_can_be_read_back(value: Any) -> None:
    assert canonical_bytes(strict_json.loads(canonical_bytes(value))) == canonical_bytes(value)


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        pytest.param('{"a": [1, 1e999]}', "/a/1", "bad-number", id="infinite"),
        pytest.param('{"a/b": -1e999}', "/a~1b", "bad-number", id="infinite below"),
        pytest.param('{"a": 9007199254740992}', "/a", "bad-number", id="integer that is not exact"),
        pytest.param('{"a": "\\ud83d"}', "/a", "bad-text", id="half a character"),
        pytest.param('[{"a": "\\udc00"}]', "/0/a", "bad-text", id="the other half"),
        pytest.param('{"a": {"b": 1, "b": 2}}', "/a", "repeated-name", id="repeated name"),
        pytest.param('{"a": 1, "a": 1}', "", "repeated-name", id="repeated name outside"),
        pytest.param("[" * 40 + "]" * 40, "/0" * 33, "too-deep", id="too deep"),
    ],
)
def test_what_has_no_form_is_refused_where_it_stands(text: str, pointer: str, code: str) -> None:
    value = strict_json.loads(text.encode())
    with pytest.raises(DocumentError) as caught:
        canonical_bytes(value)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [(pointer, code)]


def test_half_a_character_in_a_name_is_refused() -> None:
    with pytest.raises(DocumentError) as caught:
        canonical_bytes({"a\ud800": 1})
    assert [problem.code for problem in caught.value.problems] == ["bad-text"]


def test_the_deepest_value_that_has_a_form() -> None:
    assert canonical_bytes(nested(MAX_DEPTH + 1)) == b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)


@given(made.json_values(made.loose_text()))
def test_anything_has_a_form_or_a_reason(value: Any) -> None:
    written, problems = form_or_problems(value)
    assert problems or json.loads(written) == value


def form_or_problems(value: Any) -> tuple[bytes, tuple[Problem, ...]]:
    try:
        return canonical_bytes(value), ()
    except DocumentError as error:
        return b"", error.problems


def test_the_hash_is_what_the_specification_says() -> None:
    item = {"id": "https://a.example/1", "_sharefeed": {"kind": "item", "hash": "x", "sig": "y", "via": ["z"]}}
    form = b'{"_sharefeed":{"kind":"item"},"id":"https://a.example/1"}'
    expected = base64.urlsafe_b64encode(hashlib.sha256(form).digest()).decode().rstrip("=")
    assert listing_hash(item) == expected
    assert len(expected) == 43


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"_sharefeed__hash": "x" * 43}, id="hash"),
        pytest.param({"_sharefeed__sig": "x"}, id="signature"),
        pytest.param({"_sharefeed__via": ["https://a.example/"]}, id="via"),
    ],
)
def test_marks_of_passing_on_do_not_change_the_hash(changes: dict[str, Any]) -> None:
    assert listing_hash(desk_item(**changes)) == listing_hash(desk_item())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Oak desks"}, id="title"),
        pytest.param({"later": None}, id="unknown member"),
        pytest.param({"hash": "x"}, id="a hash in another place"),
        pytest.param({"via": []}, id="via in another place"),
        pytest.param({"_sharefeed__later": {"hash": "x"}}, id="unknown member of ours"),
        pytest.param({"_sharefeed__place": {"hash": "x"}}, id="a hash further in"),
    ],
)
def test_everything_else_changes_it(changes: dict[str, Any]) -> None:
    item = desk_item()
    before = listing_hash(item)
    for path, value in changes.items():
        holder = item["_sharefeed"] if path.startswith("_sharefeed__") else item
        holder[path.removeprefix("_sharefeed__")] = value
    assert listing_hash(item) != before


def shuffled(value: Any, by: random.Random) -> Any:
    if isinstance(value, dict):
        names = list(value)
        by.shuffle(names)
        return {name: shuffled(value[name], by) for name in names}
    return [shuffled(member, by) for member in value] if isinstance(value, list) else value


@given(made.raw_items(), st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(item: dict[str, Any], by: random.Random) -> None:
    try:
        expected = listing_hash(item)
    except DocumentError:
        expected = "refused"
    assert expected == "refused" or listing_hash(shuffled(item, by)) == expected


def test_whole_numbers_are_one_number_however_spelled() -> None:
    assert listing_hash(strict_json.loads(b'{"a": 30.0}')) == listing_hash(strict_json.loads(b'{"a": 30}'))
    assert listing_hash(strict_json.loads(b'{"a": 1e2}')) == listing_hash(strict_json.loads(b'{"a": 100}'))


@pytest.mark.parametrize("text", [b'{"a": 1, "a": 1}', b'{"_sharefeed": {"kind": "item", "kind": "skill"}}'])
def test_an_item_that_reads_two_ways_has_no_hash(text: bytes) -> None:
    item = strict_json.loads(text)
    for call in (listing_hash, with_hash):
        with pytest.raises(DocumentError) as caught:
            call(item)
        assert [problem.code for problem in caught.value.problems] == ["repeated-name"]


@pytest.mark.parametrize("extension", [None, [], "x"])
def test_what_is_no_object_is_hashed_as_it_stands(extension: Any) -> None:
    assert bare({"_sharefeed": extension}) == {"_sharefeed": extension}


def test_an_item_is_sent_with_its_own_hash() -> None:
    sent = with_hash(desk_item(_sharefeed__hash="old"), ("https://a.example/", "https://b.example/"))
    assert sent["_sharefeed"]["hash"] == listing_hash(sent) == listing_hash(desk_item())
    assert sent["_sharefeed"]["via"] == ["https://a.example/", "https://b.example/"]
    assert "via" not in with_hash(sent)["_sharefeed"]


entries = st.lists(st.tuples(whole_text, whole_text, st.lists(whole_text, max_size=2)), max_size=8)


def digest_of(chosen: list[Any]) -> str:
    return digest_hex(sum(contribution(*entry) for entry in chosen))


@given(entries, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_order(chosen: list[Any], by: random.Random) -> None:
    before = digest_of(chosen)
    by.shuffle(chosen)
    assert digest_of(chosen) == before


@given(entries, st.tuples(whole_text, whole_text, st.lists(whole_text, max_size=2)))
def test_one_addition_keeps_the_digest_in_step(chosen: list[Any], entry: Any) -> None:
    total = digest_value(digest_of(chosen))
    grown = digest_hex(total + contribution(*entry))
    assert grown == digest_of([*chosen, entry])
    assert digest_hex(digest_value(grown) - contribution(*entry)) == digest_of(chosen)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(("a", "b", ["c"]), ("a", "b", ["d"]), id="another node in via"),
        pytest.param(("a", "b", []), ("a", "b", ["c"]), id="a via at all"),
        pytest.param(("a", "b", ["c", "d"]), ("a", "b", ["d", "c"]), id="via in another order"),
        pytest.param(("a", "b", []), ("b", "a", []), id="id and hash changed over"),
        pytest.param(("ab", "c", []), ("a", "bc", []), id="id and hash divided elsewhere"),
    ],
)
def test_different_listings_contribute_differently(one: Any, other: Any) -> None:
    assert contribution(*one) != contribution(*other)


def test_a_contribution_is_what_the_specification_says() -> None:
    expected = hashlib.sha256(b'https://a.example/1\0HASH\0["https://b.example/"]').digest()
    assert contribution("https://a.example/1", "HASH", ["https://b.example/"]) == int.from_bytes(expected, "big")
    assert contribution("a", "b") == int.from_bytes(hashlib.sha256(b"a\0b\0[]").digest(), "big")


def test_the_empty_digest() -> None:
    assert digest_of([]) == "0" * 64
    assert digest_hex(DIGEST_MODULUS) == "0" * 64
    assert digest_hex(-1) == "f" * 64


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "g" * 64])
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"digest|invalid literal"):
        digest_value(text)

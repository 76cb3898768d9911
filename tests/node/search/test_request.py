"""Query parameters become one search, and a search one address; nothing that is sent is an exception."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from node.search.cursors import Mark, decode, encode
from node.search.request import SearchRequest, from_args
from node.web.api.shapes import SEARCH_PARAMETERS
from schemas.vocabulary import ACTIONS, CONDITIONS, KINDS

Pairs = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([], SearchRequest(), id="nothing"),
        pytest.param([("q", "  oak \t desk ")], SearchRequest(q="oak desk"), id="spaces"),
        pytest.param([("q", "a\x00b\ud800c")], SearchRequest(q="a b c"), id="invisible-characters"),
        pytest.param(
            [("kind", "space"), ("kind", "item"), ("kind", "space")],
            SearchRequest(kind=("item", "space")),
            id="several-values",
        ),
        pytest.param([("q", ""), ("q", "bed")], SearchRequest(q="bed"), id="first-that-says-something"),
        pytest.param([("event", "yes")], SearchRequest(event=("yes",)), id="events"),
        pytest.param([("source", "7")], SearchRequest(source=(7,)), id="source"),
        pytest.param([("lat", "52.5"), ("lon", "-0.2")], SearchRequest(lat=52.5, lon=-0.2), id="point"),
        pytest.param([("within", "2.5")], SearchRequest(within=2.5), id="radius"),
        pytest.param(
            [("from", "2026-12-05"), ("to", "2026-12-06T10:00:00Z")],
            SearchRequest(available_from=date(2026, 12, 5), available_until=date(2026, 12, 6)),
            id="days",
        ),
        pytest.param([("page", "3"), ("limit", "50")], SearchRequest(page=3, limit=50), id="page"),
        pytest.param([("utm_source", "x")], SearchRequest(), id="foreign-parameter"),
    ],
)
def test_parameters_are_read(pairs: Pairs, expected: SearchRequest) -> None:
    assert from_args(MultiDict(pairs)) == (expected, [])


@pytest.mark.parametrize(
    ("pairs", "pointer", "code", "kept"),
    [
        pytest.param([("kind", "car")], "/kind", "not-a-choice", SearchRequest(), id="unknown-word"),
        pytest.param(
            [("kind", "car"), ("kind", "item")], "/kind", "not-a-choice", SearchRequest(kind=("item",)), id="one-of-two"
        ),
        pytest.param([("event", "no")], "/event", "not-a-choice", SearchRequest(), id="no-events"),
        pytest.param([("category", "../etc")], "/category", "not-a-choice", SearchRequest(), id="no-path"),
        pytest.param([("lat", "52")], "/lon", "missing", SearchRequest(), id="half-a-point"),
        pytest.param([("lat", "91"), ("lon", "0")], "/lat", "invalid", SearchRequest(), id="beyond-the-pole"),
        pytest.param([("lat", "nan"), ("lon", "nan")], "/lat", "invalid", SearchRequest(), id="not-a-number"),
        pytest.param([("within", "-1")], "/within", "invalid", SearchRequest(), id="negative-radius"),
        pytest.param([("within", "inf")], "/within", "invalid", SearchRequest(), id="endless-radius"),
        pytest.param([("from", "yesterday")], "/from", "invalid", SearchRequest(), id="no-date"),
        pytest.param(
            [("from", "2026-12-05"), ("to", "2026-12-01")],
            "/to",
            "bad-date",
            SearchRequest(available_from=date(2026, 12, 5)),
            id="end-before-start",
        ),
        pytest.param([("sort", "price")], "/sort", "invalid", SearchRequest(), id="unknown-sort"),
        pytest.param([("page", "0")], "/page", "invalid", SearchRequest(), id="page-zero"),
        pytest.param([("page", "9999")], "/page", "too-far", SearchRequest(page=416), id="beyond-the-window"),
        pytest.param([("limit", "1000")], "/limit", "invalid", SearchRequest(), id="greedy"),
        pytest.param([("limit", "2.5")], "/limit", "invalid", SearchRequest(), id="half-a-listing"),
        pytest.param([("limit", "1_0")], "/limit", "invalid", SearchRequest(), id="as-python-writes-it"),
        pytest.param([("within", "٥")], "/within", "invalid", SearchRequest(), id="digits-of-another-script"),
        pytest.param([("from", "20261205")], "/from", "invalid", SearchRequest(), id="a-date-run-together"),
        pytest.param([("from", "2026-12-05 and on")], "/from", "invalid", SearchRequest(), id="a-date-and-words"),
        pytest.param([("q", "a" * 301)], "/q", "too-long", SearchRequest(q="a" * 300), id="long-query"),
        pytest.param([("source", "-1")], "/source", "not-a-choice", SearchRequest(), id="negative-source"),
        pytest.param([("organisation", "a b")], "/organisation", "not-a-choice", SearchRequest(), id="no-key"),
        pytest.param([("cursor", "?!")], "/cursor", "invalid", SearchRequest(), id="no-cursor"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_explained(
    pairs: Pairs, pointer: str, code: str, kept: SearchRequest
) -> None:
    request, problems = from_args(MultiDict(pairs))
    assert request == kept
    assert (pointer, code) in [(problem.pointer, problem.code) for problem in problems]


def test_more_values_than_anybody_ticks_are_cut_off() -> None:
    request, problems = from_args(MultiDict([("category", f"x{number}") for number in range(60)]))
    assert len(request.category) == 50
    assert [problem.code for problem in problems] == ["too-many"]


_NAMES = [parameter["name"] for parameter in SEARCH_PARAMETERS]


@given(st.lists(st.tuples(st.sampled_from(_NAMES), st.text(max_size=40)), max_size=12))
def test_no_parameter_is_ever_an_exception(pairs: Pairs) -> None:
    request, problems = from_args(MultiDict(pairs))
    again, rest = from_args(MultiDict(request.to_args()))
    assert again.to_args() == request.to_args()
    assert rest == []
    assert all(problem.pointer.strip("/") in _NAMES and problem.message for problem in problems)


_requests = st.builds(
    SearchRequest,
    q=st.sampled_from(["", "desk", "książki po polsku"]),
    kind=st.sets(st.sampled_from(KINDS)).map(lambda found: tuple(sorted(found))),
    action=st.sets(st.sampled_from(ACTIONS)).map(lambda found: tuple(sorted(found))),
    condition=st.sets(st.sampled_from(CONDITIONS)).map(lambda found: tuple(sorted(found))),
    category=st.sets(st.sampled_from(["furniture", "furniture/desk", "it"])).map(lambda found: tuple(sorted(found))),
    source=st.sets(st.integers(0, 9)).map(lambda found: tuple(sorted(found))),
    event=st.sampled_from([(), ("yes",)]),
    near=st.sampled_from(["", "Eye"]),
    lat=st.just(52.57),
    lon=st.just(-0.24),
    within=st.sampled_from([None, 1.0, 2.5]),
    available_from=st.sampled_from([None, date(2026, 12, 5)]),
    page=st.integers(1, 9),
    limit=st.integers(1, 100),
)


@given(_requests)
def test_a_search_survives_its_address(request: SearchRequest) -> None:
    assert from_args(MultiDict(request.to_args())) == (request, [])


@pytest.mark.parametrize(
    ("request_", "order"),
    [
        pytest.param(SearchRequest(), "newest", id="browsing"),
        pytest.param(SearchRequest(q="desk"), "relevance", id="words"),
        pytest.param(SearchRequest(lat=1.0, lon=1.0), "nearest", id="a-point"),
        pytest.param(SearchRequest(q="desk", sort="nearest"), "relevance", id="nearest-to-nothing"),
        pytest.param(SearchRequest(sort="relevance"), "newest", id="relevant-to-nothing"),
        pytest.param(SearchRequest(q="desk", sort="newest"), "newest", id="as-asked"),
    ],
)
def test_order(request_: SearchRequest, order: str) -> None:
    assert request_.order == order


def test_a_usual_order_is_not_written() -> None:
    assert SearchRequest(q="desk", sort="relevance").to_args() == [("q", "desk")]
    assert SearchRequest(q="desk", sort="newest").to_args() == [("q", "desk"), ("sort", "newest")]


def test_without_one_value() -> None:
    request = SearchRequest(kind=("item", "space"), page=4)
    assert request.without("kind", "item") == SearchRequest(kind=("space",))


def test_every_parameter_of_a_search_is_documented() -> None:
    everything = SearchRequest(
        "q", ("offer",), ("item",), ("give",), ("it",), ("school",), ("good",), ("available",), ("yes",), ("k",), (1,),
        "Eye", 1.0, 2.0, 3.0, date(2026, 1, 1), date(2026, 1, 2), "newest", 2, 5, "abc",
    )  # fmt: skip
    assert sorted(name for name, _ in everything.to_args()) == sorted(_NAMES)


@pytest.mark.parametrize("mark", [Mark(), Mark(offset=48), Mark(before=2**60)], ids=["start", "offset", "before"])
def test_cursors_come_back(mark: Mark) -> None:
    request = SearchRequest(q="desk")
    assert decode(encode(mark, request), request.changed(limit=7)) == mark


@given(st.text(alphabet="abcXYZ019_-", max_size=30))
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        decode(text, SearchRequest())


def test_a_cursor_of_another_search_is_refused() -> None:
    with pytest.raises(ValueError, match="another search"):
        decode(encode(Mark(offset=24), SearchRequest(q="desk")), SearchRequest(q="bed"))

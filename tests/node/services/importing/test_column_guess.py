"""Columns whose headings nobody understands are guessed by their cells, and nothing private is guessed at all."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.importing.column_guess import guess
from node.services.importing.columns import COLUMNS

TEXT = "Left over from the old office, with a scratch on the top, to be collected from the back door."


def guessed(
    headings: tuple[str, ...], *columns: tuple[str, ...], known: dict[str, int] | None = None
) -> dict[str, int]:
    return guess(headings, list(zip(*columns, strict=True)), known or {})


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        pytest.param("postcode", ("PE1 1AA", "pe7 3sx", "PE2"), id="postcode"),
        pytest.param("image", ("a.jpg", "https://x.example/b.PNG", "chairs two.heic"), id="picture"),
        pytest.param("url", ("https://x.example/a", "http://x.example/", "https://x.example/b?c=d"), id="address"),
        pytest.param("category", ("furniture/desk", "Desks", "chairs"), id="category"),
        pytest.param("condition", ("very good", "worn", "as new"), id="condition"),
        pytest.param("direction", ("wanted", "offer", "needed"), id="direction"),
        pytest.param("organisation_type", ("church", "primary school", "charity"), id="who"),
        pytest.param("title", ("Six oak desks", "A tent", "Lamp with a shade"), id="title"),
        pytest.param("description", (TEXT, TEXT + " Heavy.", TEXT + " Light."), id="text"),
        pytest.param(None, ("1", "2", "3"), id="numbers-may-be-anything"),
        pytest.param(None, ("52.57", "52.51", "52.6"), id="one-number-is-no-point"),
        pytest.param(None, ("PE1 1AA", "7", "by the church"), id="not-all-of-them"),
        pytest.param(None, ("Bert", "Bert", "Bert"), id="always-the-same-names-nothing"),
        pytest.param(None, ("2026-12-01", "2026-12-02", "2026-12-03"), id="days"),
        pytest.param(None, ("", "", ""), id="empty"),
    ],
)
def test_a_column_without_a_heading(column: str | None, cells: tuple[str, ...]) -> None:
    for heading in ("", "Column 7", "Unnamed: 3", "B"):
        assert guessed((heading,), cells) == ({} if column is None else {column: 0})


def test_a_point_is_two_columns_side_by_side() -> None:
    lat, lon = ("52.5733", "52.5180", "52.6001"), ("-0.2441", "-0.2560", "-0.1900")
    assert guessed(("Szer.", "Dł."), lat, lon) == {"lat": 0, "lon": 1}
    assert guessed(("Dł.", "Szer."), ("152.573", "100.518", "99.6001"), lat) == {}


def test_a_heading_in_another_language_is_no_hindrance() -> None:
    names, states = ("Sześć biurek", "Namiot", "Lampa"), ("good", "fair", "new")
    assert guessed(("Hvad", "Tilstand"), names, states) == {"title": 0, "condition": 1}


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param((TEXT, TEXT + " a", TEXT + " b"), id="notes"),
        pytest.param(("PE1 1AA", "PE7 3SX", "PE2 8DF"), id="where-somebody-lives"),
        pytest.param(("https://x.example/a", "https://x.example/b", "https://x.example/c"), id="a-private-page"),
    ],
)
def test_what_may_be_private_is_not_guessed_where_the_heading_says_something(cells: tuple[str, ...]) -> None:
    assert guessed(("Only for us", "What"), cells, ("A", "B", "C"), known={"title": 1}) == {}


def test_what_headings_say_stays() -> None:
    known = {"title": 0, "condition": 1}
    found = guessed(
        ("Title", "Condition", "x"), ("A", "B", "C"), ("good", "fair", "new"), ("good", "fair", "new"), known=known
    )
    assert found == {}
    assert guessed(("price", ""), ("good", "fair", "new"), ("A lamp", "A desk", "A tent")) == {"title": 1}


def test_too_few_rows_say_nothing() -> None:
    assert guessed(("",), ("good", "fair")) == {}


_cells = st.text("aZ1é.- /", max_size=12) | st.sampled_from(["good", "PE1 1AA", "a.jpg", "52.5733", "http://[", "desk"])


@given(
    st.lists(st.lists(_cells, max_size=5), max_size=8),
    st.lists(st.sampled_from(["", "B", "Stan", "title", "price", "Only for us"]), max_size=5),
)
def test_any_table_has_columns_of_its_own(rows: list[list[str]], headings: list[str]) -> None:
    found: dict[str, Any] = guess(headings, rows, {})
    assert set(found) <= set(COLUMNS)
    assert len(set(found.values())) == len(found)
    assert all(0 <= at < len(headings) for at in found.values())

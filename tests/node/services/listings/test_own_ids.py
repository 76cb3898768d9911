from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.listings.own_ids import MAX_SLUG, is_slug, new_key, slug_of

KEY_LIMIT = 120


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        pytest.param("Riverside School", "riverside-school", id="plain"),
        pytest.param("St Mary's Church", "st-marys-church", id="apostrophe"),
        pytest.param("St Mary’s  Church ", "st-marys-church", id="typographic"),
        pytest.param("Café & Co.", "cafe-co", id="accents"),
        pytest.param("3rd Peterborough Scouts", "3rd-peterborough-scouts", id="figures"),
    ],
)
def test_names_become_slugs(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("Дом книги", "Дом музыки"), id="another-alphabet"),
        pytest.param(("図書館", "博物館"), id="without-letters-of-ours"),
        pytest.param(("a" * 80, "a" * 81), id="long"),
        pytest.param(("!!", "??"), id="no-letters-at-all"),
    ],
)
def test_names_that_would_lose_what_tells_them_apart_keep_it(names: tuple[str, str]) -> None:
    assert slug_of(names[0]) != slug_of(names[1])
    assert slug_of(names[0]) == slug_of(names[0])


@given(st.text(max_size=300))
def test_every_name_has_a_slug(name: str) -> None:
    assert is_slug(slug_of(name))


@pytest.mark.parametrize(
    ("ref", "key"),
    [
        pytest.param("L0042", "school.L0042", id="as-it-is"),
        pytest.param("a-1_b", "school.a-1_b", id="with-hyphens"),
    ],
)
def test_a_plain_row_id_stands_in_the_key(ref: str, key: str) -> None:
    assert new_key("school", ref) == key


@given(st.lists(st.text(min_size=1, max_size=150).filter(str.strip), min_size=2, max_size=2, unique=True))
def test_another_row_has_another_key_and_the_same_row_the_same(refs: list[str]) -> None:
    keys = [new_key("s" * MAX_SLUG, ref) for ref in refs]
    assert keys[0] != keys[1]
    assert keys == [new_key("s" * MAX_SLUG, ref) for ref in refs]
    assert all(len(key) <= KEY_LIMIT and key.isascii() and "/" not in key for key in keys)


@pytest.mark.parametrize("ref", [None, "", "  "])
def test_no_row_id_makes_a_new_key_each_time(ref: str | None) -> None:
    assert new_key("school", ref) != new_key("school", ref)

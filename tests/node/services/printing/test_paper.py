"""How much stands on a sheet of paper."""

from __future__ import annotations

import pytest

from node.services.printing import paper
from node.services.printing.paper import CARDS, LABELS, POSTER


@pytest.mark.parametrize(
    ("kind", "things", "copies", "sheets"),
    [
        pytest.param(POSTER, "ab", 0, ["a", "b"], id="a poster each"),
        pytest.param(POSTER, "a", 3, ["a", "a", "a"], id="three of a poster"),
        pytest.param(LABELS, "a", 0, ["aaaaaaaa"], id="one label fills a sheet"),
        pytest.param(LABELS, "abc", 0, ["aabbcc"], id="several fill it as far as they can"),
        pytest.param(LABELS, "abcdefghij", 0, ["abcdefgh", "ij"], id="more than a sheet holds"),
        pytest.param(LABELS, "ab", 5, ["aaaaabbb", "bb"], id="as many as were asked for"),
        pytest.param(CARDS, "a", 0, ["a" * 10], id="ten cards"),
        pytest.param(CARDS, "", 0, [], id="nothing"),
    ],
)
def test_sheets(kind: str, things: str, copies: int, sheets: list[str]) -> None:
    assert ["".join(sheet) for sheet in paper.sheets(kind, things, copies)] == sheets


def test_nobody_prints_a_forest() -> None:
    assert len(paper.sheets(LABELS, "ab", 9999)) == paper.MOST_SHEETS


@pytest.mark.parametrize(
    ("count", "pages"),
    [
        pytest.param(0, [(1, 1)], id="none becomes one"),
        pytest.param(16, [(1, 16)], id="a page"),
        pytest.param(20, [(1, 16), (17, 20)], id="a page and four"),
        pytest.param(9999, [(1 + 16 * n, min(16 * n + 16, 200)) for n in range(13)], id="far too many"),
    ],
)
def test_lines(count: int, pages: list[tuple[int, int]]) -> None:
    assert [(numbers[0], numbers[-1]) for numbers in paper.lines(count)] == pages

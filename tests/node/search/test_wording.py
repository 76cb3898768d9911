"""How a query is read: what is asked for, what for, and for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.search.wording import Reading, read
from tests.node.search.board import Board, listing


@pytest.fixture(scope="module")
def words_of(tmp_path_factory: pytest.TempPathFactory) -> Board:
    made = Board(tmp_path_factory.mktemp("wording") / "node")
    return made.put([listing("a", "Oak sewing machine for a school"), listing("b", "Książki", language="pl")]).follow()


def reading(board: Board, q: str) -> Reading:
    return read(q, board.reader.snapshot().searcher, ("pl",))


def asked(found: Reading) -> list[str]:
    return [" ".join(segment.words) for segment in found.segments]


@pytest.mark.parametrize(
    ("q", "words", "hints"),
    [
        pytest.param("oak desk", ["oak", "desk"], [], id="plain"),
        pytest.param("do u have an old desk pls", ["desk"], [], id="fillers"),
        pytest.param("desks for a school", ["desks"], ["school"], id="who-it-is-for"),
        pytest.param("stół dla szkoły", ["stol"], ["szkoly"], id="who-it-is-for-in-polish"),
        pytest.param("screens for PCs", ["pcs screens"], [], id="turned-round"),
        pytest.param("something for our garden project", ["garden project"], [], id="a-purpose-alone"),
        pytest.param("filing cabinet bisley", ["filing cabinet", "bisley"], [], id="a-phrase"),
        pytest.param("big grey filing cabinet", ["filing cabinet"], ["big", "grey"], id="what-it-is-like"),
        pytest.param("sewing mach", ["sewing machine"], [], id="finished"),
        pytest.param("somewhere to keep our props", ["keep"], ["props"], id="a-place"),
        pytest.param("place for a baby group to meet", ["meet"], ["baby group"], id="a-place-and-a-purpose"),
        pytest.param("the of and", ["the", "of", "and"], [], id="nothing-but-little-words"),
        pytest.param("", [], [], id="nothing"),
    ],
)
def test_what_is_asked_for(words_of: Board, q: str, words: list[str], hints: list[str]) -> None:
    found = reading(words_of, q)
    assert asked(found) == words
    assert [" ".join(segment.words) for segment in found.hints] == hints


@pytest.mark.parametrize(
    ("q", "things"),
    [
        pytest.param(
            "hot drinks for 100 people", {"tea-urn", "kettle", "coffee-machine", "flask"}, id="what-serves-a-use"
        ),
        pytest.param("cut the grass", {"lawnmower", "strimmer", "gardener"}, id="little-words-do-not-count"),
        pytest.param("kanapa", {"sofa"}, id="another-language"),
    ],
)
def test_things_that_answer(words_of: Board, q: str, things: set[str]) -> None:
    segment, *_ = reading(words_of, q).segments
    assert {thing for thing, _ in segment.things} == things


def test_places_answer_by_what_one_does_there(words_of: Board) -> None:
    (segment,) = reading(words_of, "room where we can rehearse").segments
    assert segment.place
    assert "space/studio" in segment.answers


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("laptops", False),
        ("computer screens wanted", True),
        ("who needs bicycles", True),
        ("got old computers to donate", True),
        ("unwanted chairs", False),
    ],
)
def test_who_asks_for_wants(words_of: Board, q: str, wanted: bool) -> None:
    assert reading(words_of, q).wanted is wanted


def test_numbers_only_help(words_of: Board) -> None:
    found = reading(words_of, "10 desks")
    assert (asked(found), found.extras) == (["desks"], ("10",))


def test_forms_in_other_languages_are_those_of_the_catalogue(words_of: Board, tmp_path: Path) -> None:
    assert reading(words_of, "książkami").own == {"ksiazkami": ("pl:ksiazk",)}
    assert reading(words_of, "stolik").own == {}


def test_a_language_is_asked_for_by_its_name(words_of: Board) -> None:
    assert [segment.language for segment in reading(words_of, "novels in polish").segments] == [None, "pl"]
    assert reading(words_of, "książki po polsku").segments[-1].language == "pl"

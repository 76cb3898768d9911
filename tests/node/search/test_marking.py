"""Which words are marked, which part of a text is shown, and when another name is told instead."""

from __future__ import annotations

import pytest

from node.search.marking import EXCERPT, Called, Plain, Wanted, excerpt, wanted
from node.search.wording import Reading, Segment, read
from tests.node.search.board import Board, listing


def asks(*words: str) -> Wanted:
    found = wanted(Reading(tuple(Segment((word,)) for word in words)))
    assert found is not None
    return found


def marked(text: str, *words: str) -> list[str]:
    plain = Plain.of(text)
    return [plain.text[start:end] for start, end in asks(*words).found_in(plain)]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        pytest.param("Oak Desks for all", ["desk"], ["Desks"], id="plural-and-case"),
        pytest.param("desktop, standing desk", ["desk"], ["desk"], id="not-a-longer-word"),
        pytest.param("Wózek dziecięcy", ["wozek", "dzieciecy"], ["Wózek", "dziecięcy"], id="accents"),
        pytest.param("STOŁY i krzesła", ["krzesla"], ["krzesła"], id="a-letter-that-does-not-come-apart"),
        pytest.param("Filing-cabinet", ["cabinet"], ["cabinet"], id="part-of-a-compound"),
        pytest.param("بچوں کی کتابیں", ["كتابيں"], ["کتابیں"], id="urdu-as-an-arabic-keyboard-writes-it"),
        pytest.param("armchair chairman", ["chair"], [], id="neither-end-nor-beginning"),
        pytest.param("İstanbul desk", ["desk"], ["desk"], id="a-letter-that-grows-in-lower-case"),
        pytest.param("", ["desk"], [], id="nothing"),
        pytest.param("desk " * 50, ["desk"], ["desk"] * 12, id="no-more-than-a-dozen"),
    ],
)
def test_what_is_marked(text: str, words: list[str], expected: list[str]) -> None:
    assert marked(text, *words) == expected


def test_no_words_ask_for_nothing() -> None:
    assert wanted(Reading()) is None
    assert wanted(Reading((Segment(("the",)),))) is None


@pytest.mark.parametrize(
    ("asked", "text", "called"),
    [
        pytest.param("sofa", "A two seater Settee, red", Called((13, 19), "Settee", False), id="another-name"),
        pytest.param("settee", "Kanapa rozkładana", Called((0, 6), "Kanapa", False), id="in-another-language"),
        pytest.param("sofa", "Our futons", Called((4, 10), "futons", True), id="a-kind-of-it"),
        pytest.param("filing cabinet", "A file  cabinet", Called((2, 15), "file  cabinet", False), id="two-words"),
        pytest.param("kayak", "A two seater settee", None, id="nothing"),
    ],
)
def test_another_name_is_found(board: Board, asked: str, text: str, called: Called | None) -> None:
    board.put([listing("a", "Anything")]).follow()
    found = wanted(read(asked, board.reader.snapshot().searcher))
    assert found is not None
    assert found.called_in(Plain.of(text)) == called


@pytest.mark.parametrize("at", [0, 10, 60, 119])
def test_an_excerpt_is_cut_at_words_around_what_was_found(at: int) -> None:
    said = ["word"] * 120
    said[at] = "desk"
    plain = Plain.of(" ".join(said))
    part, spans = excerpt(plain, asks("desk").found_in(plain))
    assert [part[start:end] for start, end in spans] == ["desk"]
    assert len(part) <= EXCERPT + 30
    assert all(word in ("word", "desk", "…") for word in part.split())


def test_an_excerpt_of_a_short_text_is_the_text() -> None:
    plain = Plain.of("An oak desk.")
    assert excerpt(plain, asks("desk").found_in(plain)) == ("An oak desk.", [(7, 11)])
    assert excerpt(plain, []) == ("", [])


def test_one_endless_word_is_no_trouble() -> None:
    plain = Plain.of("desk" + "x" * 5000 + " desk")
    part, spans = excerpt(plain, asks("desk").found_in(plain))
    assert part[slice(*spans[0])] == "desk"

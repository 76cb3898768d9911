"""Words are folded alike on both sides, and slips of the finger are counted as people make them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.search.analysis import edits, stem, without_markup, words
from node.search.spelling import corrections, halves, relatives


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Łóżko dziecięce", "lozko dzieciece", id="polish"),
        pytest.param("ČIUŽINYS", "ciuzinys", id="lithuanian"),
        pytest.param("tŷ coffi", "ty coffi", id="welsh"),
        pytest.param("doação", "doacao", id="portuguese"),
        pytest.param("کتابیں", "كتابيں", id="urdu-keyboard-and-arabic-keyboard"),
        pytest.param("كِتَاب", "كتاب", id="vowel-signs"),
        pytest.param("children’s", "children's", id="apostrophes"),
        pytest.param("Straße", "strasse", id="german"),
        pytest.param("ﬁling-cabinet", "filing cabinet", id="ligature-and-hyphen"),
        pytest.param("ＤＥＳＫ", "desk", id="full-width"),
        pytest.param("e\u0301cole", "école", id="decomposed"),
    ],
)
def test_spellings_that_are_one(one: str, other: str) -> None:
    assert words(one) == words(other) != ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param("🎉 !!! …", (), id="no-words"),
        pytest.param("書架 chair", ("書", "架", "chair"), id="unspaced-script"),
        pytest.param("3D-printer (A4)", ("3d", "printer", "a4"), id="marks"),
        pytest.param("x" * 200, (), id="no-word-is-that-long"),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_stems() -> None:
    assert stem("en", "chairs") == stem("en", "chair")
    assert stem("pt", "cadeiras") == stem("pt", "cadeira")


def test_markup_is_no_word() -> None:
    assert words(without_markup("<p class='x'>Oak&nbsp;desk</p>"))[0] == "oak"


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        pytest.param("desk", "desk", 0, id="same"),
        pytest.param("wheelchiar", "wheelchair", 1, id="swap"),
        pytest.param("filling", "filing", 1, id="one-too-many"),
        pytest.param("tressle", "trestle", 1, id="one-other"),
        pytest.param("projetcor", "projector", 1, id="swap-inside"),
        pytest.param("sofa", "settee", 3, id="given-up"),
        pytest.param("", "ab", 2, id="from-nothing"),
    ],
)
def test_slips(one: str, other: str, distance: int) -> None:
    assert edits(one, other, 2) == distance


@given(st.text(alphabet="abc", max_size=7), st.text(alphabet="abc", max_size=7))
def test_slips_count_alike_both_ways(one: str, other: str) -> None:
    assert edits(one, other, 9) == edits(other, one, 9)
    assert (edits(one, other, 9) == 0) == (one == other)


class _Words:
    """An index of nothing but words."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts

    def doc_freq(self, field_name: str, field_value: str, /) -> int:
        return self.counts.get(field_value, 0)

    def terms_with_prefix(self, field_name: str, prefix: str, /, *, limit: int | None) -> list[tuple[str, int]]:
        return [pair for pair in sorted(self.counts.items()) if pair[0].startswith(prefix)][:limit]


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        pytest.param("strimmmer", {"strimmer": 2}, "strimmer", id="doubled"),
        pytest.param("gzabeo", {"gazebo": 1}, None, id="two-slips-in-a-short-word"),
        pytest.param("trampolien", {"trampoline": 1}, "trampoline", id="swap"),
        pytest.param("tramoplien", {"trampoline": 1}, "trampoline", id="two-slips-in-a-long-word"),
        pytest.param("eblt", {"belt": 4}, "belt", id="first-letter"),
        pytest.param("rag", {"rug": 4}, None, id="too-short-to-tell"),
        pytest.param("zzkw", {"zzka": 2, "zzkb": 9}, "zzkb", id="the-commoner"),
    ],
)
def test_corrections(word: str, known: dict[str, int], meant: str | None) -> None:
    assert next(iter(corrections(_Words(known), word)), None) == meant


def test_halves_are_words_of_the_index() -> None:
    assert halves(_Words({"book": 1, "case": 1}), "bookcase") == [("book", "case")]
    assert halves(_Words({"book": 1}), "bookcase") == []


def test_the_doer_is_found_for_the_doing_and_not_the_other_way() -> None:
    index = _Words({"printer": 1, "drawing": 1})
    assert relatives(index, "printing") == ["printer"]
    assert relatives(index, "drawer") == []

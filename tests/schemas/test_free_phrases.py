"""Phrases: what each form of them finds, that looking words up first loses nothing, and that time grows with length."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.free.books import FOLDER, books, read_rules
from schemas.free.folding import BLANK, GAP, folded
from schemas.free.judge import judge
from schemas.free.keys import KEY, Text
from schemas.free.phrasebook import Phrasebook, find
from schemas.free.phrases import PhraseError, Rule
from schemas.free.signs import GIVING, SELLING, SOFT
from tests.schemas.free_cases import CASES
from tests.thorough import examples


def found(phrase: str, text: str, is_close: bool = False) -> list[str]:
    """The words that a phrase finds in a text, as they are folded."""
    low = Text(folded(text))
    return [low.string[start:end] for start, end in Rule("kind", 1.0, folded(phrase), is_close).find(low)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        pytest.param("free quote", "A FREE Quote for you", "free quote", id="words in capitals"),
        pytest.param("free quote", "a free-quote", "free-quote", id="a hyphen"),
        pytest.param("free quote", "a free\nquote", "free\nquote", id="a line end"),
        pytest.param("free quote", "a free quotation", None, id="only whole words"),
        pytest.param("free quote", "carefree quote", None, id="only from the start of a word"),
        pytest.param("free quote", "It is free. Quote me", None, id="not over the end of a sentence"),
        pytest.param("free quote", "free, quote", None, id="no comma where no words may be"),
        pytest.param("free ~2 quote", "free, no obligation quote", "free, no obligation quote", id="words in between"),
        pytest.param("free ~1 quote", "free and no obligation quote", None, id="too many in between"),
        pytest.param("(free|our) (quote|survey)", "our survey", "our survey", id="alternatives"),
        pytest.param("(day pass|trial) now", "a day pass now", "day pass now", id="an alternative of two words"),
        pytest.param("[your] free pass", "free pass", "free pass", id="missing at the start"),
        pytest.param("[your] free pass", "your free pass", "your free pass", id="there at the start"),
        pytest.param("free [day] pass", "free pass", "free pass", id="missing in the middle"),
        pytest.param("free pass [now]", "free pass", "free pass", id="missing at the end"),
        pytest.param("free pass [now]", "free pass now", "free pass now", id="there at the end"),
        pytest.param("discount*", "discounted", "discounted", id="any ending"),
        pytest.param("discount*", "a discount", "discount", id="no ending"),
        pytest.param("zniżka", "zniżka", "znizka", id="accents"),
        pytest.param("zniżka", "ZNIZKA", "znizka", id="left out accents"),
        pytest.param("don't ask", "don’t ask", "don't ask", id="a typographic apostrophe"),
        pytest.param("from £", "from £1,250.50 a day", "from £1,250.50", id="pounds"),
        pytest.param("from £", "from 45p", "from 45p", id="pence"),
        pytest.param("from £", "from 30 quid", "from 30 quid", id="quid"),
        pytest.param("from £", "from twelve pounds", "from twelve pounds", id="in words"),
        pytest.param("for £", "for a tenner", "for a tenner", id="a tenner"),
        pytest.param("from £", "from 20 zł", "from 20 zl", id="zloty"),
        pytest.param("from £", "from £22pp", "from £22pp", id="a sum with its unit"),
        pytest.param("from £", "from £0", None, id="no pounds"),
        pytest.param("from £", "from £0.00", None, id="no pounds and no pence"),
        pytest.param("from £", "from £0.50", "from £0.50", id="half a pound"),
        pytest.param("from £", "from 5 plates", None, id="not any number"),
        pytest.param("£pp", "only £22pp", "£22pp", id="only with a unit"),
        pytest.param("£pp", "only £22", None, id="without a unit"),
        pytest.param("# months", "twelve months", "twelve months", id="a number in words"),
        pytest.param("# months", "24 months", "24 months", id="a number in figures"),
        pytest.param("% off", "20 % off", "20 % off", id="per cent"),
        pytest.param("% off", "20 per cent off", "20 per cent off", id="per cent in words"),
        pytest.param("% off", "take 20 off", None, id="no per cent"),
        pytest.param("مفت مشورہ", "آج مفت مشورہ", "مفت مشورہ", id="Urdu"),
    ],
)
def test_a_phrase_finds(phrase: str, text: str, words: str | None) -> None:
    assert found(phrase, text)[:1] == ([words] if words else [])


def test_a_close_phrase_has_no_commas_inside() -> None:
    assert found("cost ~3 £", "cost us, about £5") == ["cost us, about £5"]
    assert found("cost ~3 £", "cost us, about £5", is_close=True) == []


@pytest.mark.parametrize("between", [GAP, BLANK])
def test_no_phrase_runs_over_what_stands_between_fields(between: str) -> None:
    text = Text(f"free{between}quote")
    assert list(Rule("kind", 1.0, "free ~2 quote").find(text)) == []


@pytest.mark.parametrize(
    "phrase",
    [
        pytest.param("", id="nothing"),
        pytest.param("~2 quote", id="begins with a gap"),
        pytest.param("sal*", id="too short before the star"),
        pytest.param("(free|our quote", id="a bracket too few"),
        pytest.param("(free|(our)) quote", id="brackets in brackets"),
        pytest.param("& more|", id="a bar outside of brackets"),
    ],
)
def test_a_phrase_that_cannot_be_looked_up_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        Rule("kind", 1.0, phrase)


@pytest.mark.parametrize("text", ["from £", "[price 2]\nfrom £", "[Price 1]\nfrom £"])
def test_a_file_of_phrases_begins_with_a_section(text: str) -> None:
    with pytest.raises(PhraseError):
        list(read_rules(text))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.txt"))])
def test_the_files_of_phrases_are_in_order(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    rules = list(read_rules(text))
    assert {rule.kind for rule in rules} <= SELLING | SOFT | GIVING | {"context", "volunteer"}
    phrases = [(rule.kind, rule.phrase) for rule in rules]
    assert sorted(phrases) == sorted(set(phrases))
    assert all(line == line.strip() and len(line) <= 400 for line in text.splitlines())
    assert [rule.pattern.pattern for rule in rules if rule.pattern.groups] == []


ALL = (*books().signals.rules, *books().others.rules)
TEXTS = [case.item["title"] + ". " + case.item["content_text"] for case in CASES]


def brute(rules: Iterable[Rule], text: Text) -> set[tuple[str, int, int]]:
    """Every phrase tried everywhere, without looking anything up."""
    return {(rule.phrase, *match.span()) for rule in rules for match in rule.pattern.finditer(text.string)}


@pytest.mark.parametrize("start", range(0, len(TEXTS), 15))
def test_looking_words_up_first_loses_nothing(start: int) -> None:
    book = Phrasebook(ALL)
    for words in TEXTS[start : start + 15]:
        text = Text(folded(words))
        quick = {(one.rule.phrase, one.start, one.end) for one in find(book.possible(text.keys), text)}
        assert brute(ALL, text) <= quick


WORDS = [
    *(
        "free",
        "from",
        "£5",
        "£22pp",
        "20%",
        "off",
        "a",
        "month",
        "for",
        "sale",
        "quote",
        "donation",
        "cost",
        "us",
        "no",
    ),
    *("no", "charge", ",", ".", "!", "–", "3", "each", "hire", "bezpłatna", "wycena", "مفت", "two"),
]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_looking_words_up_first_loses_nothing_of_any_words(words: list[str]) -> None:
    text = Text(folded(" ".join(words)))
    possible = Phrasebook(ALL).possible(text.keys)
    assert {phrase for phrase, *_ in brute(ALL, text)} <= {rule.phrase for rule in possible}


@settings(max_examples=examples(80))
@given(st.text(max_size=60))
def test_folding_keeps_every_place(text: str) -> None:
    low = folded(text)
    assert len(low) == len(text)
    assert GAP not in low
    assert BLANK not in low
    assert folded(low) == low


LONG = 50_000
HOSTILE = {
    "a": "a" * LONG,
    "words": "word " * (LONG // 5),
    "free": "free " * (LONG // 5),
    "free and commas": "free,a,a,a,a,a,a,a,a," * (LONG // 20),
    "money": "£5 " * (LONG // 3),
    "money run together": "£5" * (LONG // 2),
    "figures": "1" * LONG,
    "figures and commas": "£1,1,1,1,1" * (LONG // 10),
    "per cent": "20% " * (LONG // 4),
    "from from": "from only just for " * (LONG // 19),
    "nearly a phrase": "free no obligation initial introductory " * (LONG // 40),
    "quotation marks": "say '" * (LONG // 5),
    "tags": "<" * LONG,
    "tags that end": "<b>" * (LONG // 3),
    "entities": "&amp;" * (LONG // 5),
    "spaces": " " * LONG,
    "spaces in a phrase": ("free" + " " * 300 + "quote ") * (LONG // 310),
    "apostrophes": "don't " * (LONG // 6),
    "every first word": " ".join(sorted({key for rule in ALL for key in rule.phrase.split()[:1]})) * 3,
    "dots": "." * LONG,
    "letters apart": "a b " * (LONG // 4),
    "letters nearly apart": "a b c d" * (LONG // 7),
    "unseen characters": "a\u200b" * (LONG // 2),
    "accents on accents": "a" + "\u0301" * LONG,
    "marks of Urdu": "مفت " * (LONG // 4),
    "figures for letters": "fr33 d1sc0unt b00k " * (LONG // 19),
    "nearly figures for letters": "a1" * (LONG // 2),
    "sums without a currency": "25 per hour 9.50 a head " * (LONG // 24),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["content_text", "content_html"])
def test_the_time_grows_with_the_length_alone(name: str, field: str) -> None:
    text = HOSTILE[name][:LONG]
    judge({"title": "Desk", field: text[:200]})
    took = [_seconds(field, text[: LONG // 4]), _seconds(field, text)]
    # Four times the length may take four times as long, and something on a busy machine; a square would take sixteen.
    assert took[1] < max(10 * took[0], 0.25), took


def _seconds(field: str, text: str) -> float:
    def once() -> float:
        start = time.process_time()
        judge({"title": "Desk", field: text})
        return time.process_time() - start

    return min(once() for _ in range(3))


def test_keys_are_as_long_as_stems_must_be() -> None:
    assert all(len(key) <= KEY or not key.isalnum() for rule in ALL for group in rule.needs for key in group)

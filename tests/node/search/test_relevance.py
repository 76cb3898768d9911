"""The benchmark of relevance: what it hides, what it asks, and what counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.relevance import DATA, GOOD_ENOUGH, Judged, Outcome, imported, judged_queries, measure, summary, unjudged
from node.services.file_formats.spreadsheet import Sheet, SheetRow

_HEAD = "id,direction,kind,action,title,description,category,organisation,locality,lat,lon,tags,label,label_reason\n"
_ROWS = """\
x-9,offer,item,give,"Oak desk
in two parts",Solid.,furniture/desk,Hub,Eye,52.6,-0.19,oak;dup:1,genuine,plain give-away
"12, old",want,item,give,A desk,,furniture/hammock,Hub,Eye,,,,promotion,telltale
,offer,nothing,give,No such kind,,furniture/desk,Hub,Eye,,,,genuine,
3,offer,item,give,Sofa,,spaceship/seat,Hub,Eye,52.6,-0.19,dup:1,genuine,
"""
_QUERIES = """\
query,locality_lat,locality_lon,relevant_ids,note
desk,52.6,-0.19,x-9,offer; one
desk,,,"12, old;x-9",
dup,52.6,-0.19,,offer; nothing expected
telltale,52.6,-0.19,,
settee,52.6,-0.19,3;gone,offer; a synonym
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "listings.csv").write_text(_HEAD + _ROWS, encoding="utf-8")
    (tmp_path / "queries.csv").write_text(_QUERIES, encoding="utf-8-sig")
    return tmp_path


def test_queries_are_read_with_their_point_and_what_they_look_for(folder: Path) -> None:
    first, second, third, *_ = judged_queries(folder)
    assert first == Judged("desk", {"direction": "offer", "lat": "52.6", "lon": "-0.19"}, frozenset({"x-9"}))
    assert (second.args, second.relevant) == ({}, frozenset({"12, old", "x-9"}))
    assert third.relevant == frozenset()


def test_ids_of_any_form_odd_rows_and_categories_that_nobody_knows(folder: Path) -> None:
    with imported(folder) as catalogue:
        assert set(catalogue.rows.values()) == {"x-9", "12, old", "3"}
        assert list(catalogue.refused) == [""]
    found = {(one.judged.q, len(one.judged.relevant)): one for one in measure(folder)}
    assert found["desk", 1].found == ("x-9",)
    assert set(found["desk", 2].found) == {"x-9", "12, old"}
    assert found["settee", 2].recall20 == 0.5


def test_what_was_judged_is_not_searched(folder: Path) -> None:
    found = {one.judged.q: one.found for one in measure(folder)}
    assert found["dup"] == found["telltale"] == ()


def test_marks_go_wherever_their_columns_stand() -> None:
    sheet = Sheet(("Label", "Keywords", "title", "label reason"), (SheetRow(2, ("genuine", "a; dup:3;b", "T")),))
    assert unjudged(sheet) == Sheet(("Keywords", "title"), (SheetRow(2, ("a;b", "T")),))


@pytest.mark.parametrize(
    ("found", "relevant", "ndcg", "recall", "failed"),
    [
        pytest.param("ab", "ab", 1.0, 1.0, False, id="all"),
        pytest.param("xa", "a", 0.6309, 1.0, True, id="second-of-one"),
        pytest.param("a", "ab", 0.6131, 0.5, True, id="half"),
        pytest.param("xxxxxxxxxxa", "a", 0.0, 1.0, True, id="eleventh"),
        pytest.param("", "a", 0.0, 0.0, True, id="none"),
        pytest.param("", "", 0.0, 0.0, False, id="nothing-right-nothing-found"),
        pytest.param("x", "", 0.0, 0.0, True, id="nothing-right-but-offered"),
    ],
)
def test_figures(found: str, relevant: str, ndcg: float, recall: float, failed: bool) -> None:
    outcome = Outcome(Judged("q", {}, frozenset(relevant)), tuple(found), "words")
    assert (round(outcome.ndcg10, 4), outcome.recall20, outcome.failed) == (ndcg, recall, failed)


def test_a_summary_counts_the_queries_with_answers_alone() -> None:
    outcomes = [
        Outcome(Judged("good", {}, frozenset("a")), ("a",), "words"),
        Outcome(Judged("bad", {}, frozenset("a")), (), "words"),
        Outcome(Judged("none", {}, frozenset()), ("x",), "words"),
    ]
    assert summary(outcomes) == {
        "ndcg10": 0.5,
        "recall20": 0.5,
        "failed": ["bad", "none"],
        "unexpected": {"none": 1},
        "queries": 2,
        "without_answer": 1,
    }


def test_hand_written_queries_find_what_people_judged_right() -> None:
    found = summary(measure(DATA))
    assert found["ndcg10"] >= GOOD_ENOUGH
    assert found["unexpected"] == {}

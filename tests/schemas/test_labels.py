"""Categories by their names in other languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas import labels
from schemas.labels import Names, names_in, names_of
from schemas.vocabulary import categories

FILES = sorted((Path(labels.__file__).parent / "data").glob("labels.*.json"))
EVERY_FILE = pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in FILES])


@pytest.mark.parametrize(
    ("path", "language", "label", "plural"),
    [
        pytest.param("furniture/desk", "en", "Desk", "Desks", id="English"),
        pytest.param("furniture/desk", "pl", "Biurko", "Biurka", id="Polish"),
        pytest.param("furniture/hammock", "pl", "Meble", "Meble", id="a path that is not known yet"),
        pytest.param("submarines", "pl", "submarines", "submarines", id="a root that is not known"),
        pytest.param("furniture/desk", "cy", "Desk", "Desks", id="a language without names"),
        pytest.param("furniture/desk", "../pl", "Desk", "Desks", id="no language"),
    ],
)
def test_names(path: str, language: str, label: str, plural: str) -> None:
    found = names_of(path, language)
    assert (found.label, found.plural) == (label, plural)


def test_things_are_those_of_the_language() -> None:
    assert "biurko biurowe" in names_of("furniture/desk", "pl").things
    assert names_of("furniture/desk", "en").things == categories()["furniture/desk"].examples
    assert {"desk", "sofa", "table"} < set(names_of("furniture", "en").things), "one of each kind below"
    assert "bric-a-brac" in names_of("other", "en").things
    for path in categories():
        assert not {"biurko", "meble", "baldai", "patalpos"} & set(names_of(path, "en").things)


def test_every_category_has_names_in_every_language() -> None:
    assert names_in("pl").keys() == categories().keys()
    assert all(isinstance(names, Names) and names.label and names.plural for names in names_in("pl").values())


@EVERY_FILE
def test_a_file_is_written_a_category_a_line_with_what_it_needs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    told = json.loads(text)
    lines = (f"  {json.dumps(one)}: {json.dumps(members, ensure_ascii=False)}" for one, members in told.items())
    assert text == "{\n" + ",\n".join(lines) + "\n}\n"
    assert {tuple(members) for members in told.values()} == {("label", "plural", "things")}

"""Texts are found wherever they stand, and the files of translations are what the tool makes of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import translate
from tools.sentences import sentences

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return translate.texts()


@pytest.mark.parametrize(
    ("text", "context", "place"),
    [
        pytest.param("Skip to the content", None, "node/templates/base.html", id="a page"),
        pytest.param("Hello,", None, "node/templates/mail/alert_confirm.txt.j2", id="a mail"),
        pytest.param("Best match", None, "node/web/searching/page.py", id="code"),
        pytest.param(
            "For parts or repair", None, "node/web/wording/code_words.py", id="a word that is translated later"
        ),
        pytest.param(("%(count)s listing", "%(count)s listings"), None, "node/web/wording/words.py", id="one or more"),
        pytest.param("This must be a whole number.", "said", "schemas/fields.py", id="a problem of a document"),
        pytest.param("Choose how often.", "said", "node/services/alerts/asking.py", id="a problem of a form"),
    ],
)
def test_texts_are_found(texts: Catalog, text: str | tuple[str, str], context: str | None, place: str) -> None:
    message = texts.get(text, context)
    assert message is not None
    assert place in [path for path, _ in message.locations]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        pytest.param('refuse("x", "This is bad.")', ["This is bad."], id="a sentence"),
        pytest.param('"""A docstring."""', [], id="a docstring"),
        pytest.param('x = "a fragment."', [], id="no capital"),
        pytest.param('x = "No full stop"', [], id="no full stop"),
        pytest.param('x = "At most 5 %."', ["At most 5 %%."], id="a percent sign"),
        pytest.param('f"It has {len(value)} of {self.limit:,}."', ["It has %(value)s of %(limit)s."], id="values"),
        pytest.param('f"From {a} to {a}."', ["From %(a)s to %(a2)s."], id="a value twice"),
        pytest.param('f"At most {MOST // 1024} KiB."', ["At most %(most)s KiB."], id="a sum"),
        pytest.param('x = "One " "sentence."', ["One sentence."], id="in two parts"),
    ],
)
def test_sentences(code: str, found: list[str]) -> None:
    assert [text for _, text in sentences(ast.parse(code))] == found


def test_files_that_are_left_out_exist() -> None:
    assert [name for name in translate.NOT_SHOWN if not (PROJECT / name).exists()] == []


def test_what_is_half_translated_is_not_compiled() -> None:
    catalog = translate.read("cy")
    catalog.add("Whole", "Cyfan")
    catalog.add("Empty", "")
    catalog.add(("%(n)s one", "%(n)s many"), ("%(n)s un", ""))
    compiled = translate.mo_of(catalog)
    assert [part in compiled for part in (b"Whole", b"Empty", b"many")] == [True, False, False]


def test_the_same_words_make_the_same_files() -> None:
    catalogs = [translate.update("cy") for _ in range(2)]
    assert len({translate.po_of(catalog) for catalog in catalogs}) == 1
    assert len(list(translate.missing(catalogs[0]))) == len(catalogs[0]) > 500


@pytest.mark.parametrize("folder", ["node", "schemas", "federation"])
def test_no_text_stands_in_the_middle_of_a_formatted_one(folder: str) -> None:
    """Babel does not look there, so it would never be translated."""
    marks = {"_", "_l", *(name for name in translate.KEYWORDS if name != "N_")}
    found = [
        f"{path.relative_to(PROJECT)}:{call.lineno}"
        for path in (PROJECT / folder).rglob("*.py")
        if "cli" not in path.parts
        for formatted in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(formatted, ast.JoinedStr)
        for call in ast.walk(formatted)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in marks
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["node"])
def test_texts_are_looked_up_in_a_request_and_not_when_the_program_starts(folder: str) -> None:
    """What a module says while it is loaded would stay in one language for ever: `later` marks it instead."""
    assert [
        f"{path.relative_to(PROJECT)}:{call.lineno}"
        for path in (PROJECT / folder).rglob("*.py")
        for statement in ast.parse(path.read_text(encoding="utf-8")).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for call in _called_at_once(statement)
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "say", "say_of", "say_many", "gettext", "ngettext")
    ] == []


def _called_at_once(statement: ast.AST) -> Iterator[ast.Call]:
    if isinstance(statement, ast.Lambda | ast.FunctionDef):
        return
    if isinstance(statement, ast.Call):
        yield statement
    for child in ast.iter_child_nodes(statement):
        yield from _called_at_once(child)


KEYS = {"Enter", "Escape", "Tab", "Home", "End"}


def test_scripts_hold_no_words_for_people() -> None:
    """They are handed to scripts by templates, which can be translated."""
    quoted = re.compile(r"""(["'`])((?:(?!\1).)*)\1""")
    found = [
        (path.name, text)
        for path in (PROJECT / "node" / "static" / "js").glob("*.js")
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("//")
        for _, text in quoted.findall(line)
        if re.search(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+$", text)
        and not re.search(r"[.#\[={>]|^[a-z-]+( [a-z-]+)+$", text)
        and text not in KEYS
    ]
    assert found == []

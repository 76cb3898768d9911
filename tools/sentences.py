"""Finds the sentences in which problems are explained, where the code knows no language: for `tools.translate`.

``schemas``, ``federation`` and some services say what is wrong in plain English and keep it so, in reports that are
stored and sent. Their sentences are translated where a page shows them (`node.web.wording.said`), so each is a
message of the context ``said`` here: `This has %(value)s characters.` for ``f"This has {len(value)} characters."``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

CONTEXT = "said"
_SENTENCE = re.compile(r"(?:[A-Z“]|%\(\w+\)s ).*[.?]", re.DOTALL)
_MAKING = ("refuse", "Problem", "of")
_FOR_OPERATORS = ("SettingError", "SetupError")
_TO_FILL = re.compile(r"\{(\w+)\}")


def extract(file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[tuple[int, str, Any, list[str]]]:
    """A message for each sentence of a Python file, as Babel asks for them."""
    for line, text in sentences(ast.parse(file.read())):
        yield line, "pgettext", (CONTEXT, text), []


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence: a literal that begins with a capital or a value and ends with a full stop.

    Docstrings are none. A text for ``str.format`` is one, and so is what an error is made with.
    """
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    text = _text(tree)
    if text is not None and _SENTENCE.fullmatch(text):
        yield getattr(tree, "lineno", 0), text
        return
    if isinstance(tree, ast.Call):
        yield from _reasons(tree)
    for child in ast.iter_child_nodes(tree):
        yield from sentences(child)


def _reasons(call: ast.Call) -> Iterator[tuple[int, str]]:
    """Parts of sentences with which an error or a problem is made: ``no connection to %(host)s``."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in _MAKING and (not name.endswith("Error") or name in _FOR_OPERATORS):
        return
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        text = _text(given)
        if text is not None and " " in text and not _SENTENCE.fullmatch(text):
            yield given.lineno, text


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return _TO_FILL.sub(r"%(\1)s", node.value.replace("%", "%%")) if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    names: list[str] = []
    return "".join(_part(part, names) for part in node.values)


def _part(node: ast.expr, names: list[str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value).replace("%", "%%")
    name = _name_of(node)
    names.append(name)
    return f"%({name}{names.count(name) if names.count(name) > 1 else ''})s"


def _name_of(node: ast.expr) -> str:
    """What a placeholder is called: the last name in its expression that is no function's."""
    called = {id(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
    found = [one for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute) and id(one) not in called]
    if not found:
        return "value"
    last = found[0]
    return (last.attr if isinstance(last, ast.Attribute) else last.id).lower().strip("_")

"""Finds the sentences in which problems are explained, where the code knows no language: for `tools.translate`.

``schemas``, ``federation`` and some services say what is wrong in plain English and keep it so, in reports that are
stored and sent. Their sentences are translated where a page shows them (`node.web.said`), so each is a message of the
context ``said`` here: `This has %(value)s characters.` for ``f"This has {len(value)} characters."``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

CONTEXT = "said"
_SENTENCE = re.compile(r"[A-Z“].*[.?]", re.DOTALL)
_NAME = re.compile(r"\w+")


def extract(file: IO[bytes], _keywords: Any, _tags: Any, options: Any) -> Iterator[tuple[int, str, Any, list[str]]]:
    """A message for each sentence of a Python file, as Babel asks for them."""
    for line, text in sentences(ast.parse(file.read())):
        yield line, "pgettext", (CONTEXT, text), []


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence: a literal that begins with a capital and ends with a full stop, no docstring."""
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    text = _text(tree)
    if text is not None and _SENTENCE.fullmatch(text):
        yield getattr(tree, "lineno", 0), text
        return
    for child in ast.iter_child_nodes(tree):
        yield from sentences(child)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value.replace("%", "%%") if isinstance(node.value, str) else None
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
    return (last.attr if isinstance(last, ast.Attribute) else last.id).lower()

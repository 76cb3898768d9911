"""The state of a form for its page: where it goes, its token, what was typed, and what was wrong in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import request
from flask_wtf.csrf import generate_csrf

from node.web.view_models.parts import Form
from node.web.wording.said import plain
from schemas.errors import Problem
from schemas.fields import FORBIDDEN


def form_at(
    path: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    root: str | None = None,
) -> Form:
    """A form that is sent to ``path`` (on this site, without the root in front); ``root`` where it is another one."""
    start = request.script_root if root is None else root
    return Form(start + path, generate_csrf(), dict(typed or {}), dict(errors or {}))


def typed_in(*names: str) -> dict[str, str]:
    """What the person entered in these fields; what was not sent is empty.

    Characters that nobody sees and no feed may hold come along with what is copied from a letter or a PDF. Who pasted
    them could not find them to take them out: there is a blank in the place of each.
    """
    return {name: FORBIDDEN.sub(" ", request.form.get(name, "")) for name in names}


def sentences(problems: Iterable[Problem]) -> dict[str, str]:
    """One sentence for each field that is wrong, by the field's name; under "" what is wrong with the whole."""
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.pointer.lstrip("/"), plain(problem.message))
    return found

"""What pages behind a door share, at control and at the desk: cookies, privacy, what was just done, pagers."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, flash, get_flashed_messages, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from node.web import current_node
from node.web.view_models.parts import Head, PageLink, Pager

GOOD, BAD = "good", "bad"
PAGE_ROWS = 50


def to(path: str) -> AnyResponse:
    """See another page of this site (RFC 9110 section 15.4.4). ``path`` is ours, never the request's."""
    return redirect(request.script_root + path, 303)


def keep_private(response: Response) -> Response:
    """Keep an answer out of caches and search engines."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def keep_cookie(response: Response | AnyResponse, name: str, secret: str, path: str, seconds: int) -> None:
    """Give the browser a secret: out of reach of scripts, of other sites' forms, and of plain http."""
    response.set_cookie(name, secret, max_age=seconds, **_place_of_cookie(path))


def drop_cookie(response: Response | AnyResponse, name: str, path: str) -> None:
    response.delete_cookie(name, **_place_of_cookie(path))


def keep_mark(response: Response | AnyResponse, name: str, seconds: int) -> None:
    """Let scripts on all pages of this site know something of this browser that is no secret and opens nothing."""
    response.set_cookie(name, "1", max_age=seconds, **{**_place_of_cookie("/"), "httponly": False})


def drop_mark(response: Response | AnyResponse, name: str) -> None:
    response.delete_cookie(name, **{**_place_of_cookie("/"), "httponly": False})


def _place_of_cookie(path: str) -> dict[str, Any]:
    return {
        "path": request.script_root + path,
        "secure": current_node().settings.url.startswith("https://"),
        "httponly": True,
        "samesite": "Lax",
    }


def say(text: str, ok: bool = True) -> None:
    """Tell who sent a form, on the next page, what was done."""
    flash(text, GOOD if ok else BAD)


def just_said() -> tuple[str | None, bool]:
    """What `say` was given since the last page, and whether all of it was good news."""
    said = cast(list[tuple[str, str]], get_flashed_messages(with_categories=True))
    return " ".join(text for _, text in said) or None, all(kind == GOOD for kind, _ in said)


def head(title: str) -> Head:
    return Head(title, indexed=False)


def page_number() -> int:
    """The page of a list that was asked for, from 1."""
    return max(1, min(request.args.get("page", 1, type=int), 10_000))


def pager(path: str, number: int, total: int, rows: int = PAGE_ROWS) -> Pager:
    """The pages before and after this one; ``path`` ends in ``?`` or ``&``."""
    pages = max(1, -(-total // rows))
    steps = tuple(
        PageLink(n, f"{path}page={n}", n == number) for n in (number - 1, number, number + 1) if 0 < n <= pages
    )
    previous = f"{path}page={number - 1}" if number > 1 else None
    following = f"{path}page={number + 1}" if number < pages else None
    return Pager(steps, previous, following)

"""What surrounds every page of control: where its parts are, how much waits, what was just done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from flask import flash, get_flashed_messages, request

from node.context import Node
from node.services import moderation, proposals, reporting
from node.web.form_state import form_at
from node.web.view_models import ControlFrame, Head, PageLink, Pager

GOOD, BAD = "good", "bad"
PAGE_ROWS = 50


def control_frame(node: Node, current: str) -> ControlFrame:
    root = request.script_root
    counts = moderation.count_waiting(node)
    said = cast(list[tuple[str, str]], get_flashed_messages(with_categories=True))
    return ControlFrame(
        overview_path=f"{root}/control/",
        queue_path=f"{root}/control/queue",
        proposals_path=f"{root}/control/proposals",
        sources_path=f"{root}/control/sources",
        appearance_path=f"{root}/control/appearance",
        sign_out=form_at("/control/sign-out"),
        waiting=_waiting(node, counts),
        proposals=proposals.count_waiting(node),
        current=current,
        flash=" ".join(text for _, text in said) or None,
        flash_ok=all(kind == GOOD for kind, _ in said),
    )


def _waiting(node: Node, counts: Mapping[str, int]) -> int:
    """Everything that waits for a word; a removal of many at once counts as one."""
    listings = counts["held"] + counts["quarantined"] + reporting.count_waiting(node)
    return listings + len(moderation.batches(node))


def say(text: str, ok: bool = True) -> None:
    """Tell the operator on the next page what was done."""
    flash(text, GOOD if ok else BAD)


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

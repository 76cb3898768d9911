"""Own listings whose words are in doubt: what their author is told, and what the operator of a catalogue is asked.

Listings of sources wait before they are shown. Those that were written here are shown, as their author stands in for
them; on a node that is a catalogue itself they come to the operator's queue, like a visitor's report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from node.context import Node
from node.storage import own_rulings, reports
from node.storage.engine import Tx
from node.storage.listings import LIVE, OwnListing
from node.storage.own_rulings import KEPT, TAKEN_DOWN, OwnRuling
from node.storage.reports import WAITING, Report
from schemas.errors import Problem
from schemas.free.explain import NOT_FREE_WORDS, OF_WORDS, fingerprint

REASON = "words"
INSTEAD = (
    "Only things that are free from end to end belong here. You could give away what you no longer need, lend a tool "
    "or a room, or offer an hour of what you know."
)
"""What somebody is told whose listing cannot be published."""
LOOKED_AT = "It is published. Whoever runs a catalogue may look at it before showing it."
"""What somebody is told whose listing is in doubt."""
_LONGEST = 2000
_MOST_READ = 50


def is_refused(problems: Sequence[Problem]) -> bool:
    """Whether these are about words that cannot be published."""
    return any(problem.code == NOT_FREE_WORDS for problem in problems)


def is_about_words(problem: Problem) -> bool:
    return problem.code in OF_WORDS


def taken_down(tx: Tx, rows: Sequence[OwnListing]) -> list[Problem]:
    """What keeps these listings from being shown: that their words are those for which one was taken down."""
    said = own_rulings.of(tx, [row.id for row in rows])
    refused = {id_: one for id_, one in said.items() if one.ruling == TAKEN_DOWN and one.words}
    same = [row for row in rows if row.id in refused and refused[row.id].words == fingerprint(row.item())]
    return [_still_the_same(refused[row.id].reason) for row in same]


def _still_the_same(reason: str) -> Problem:
    message = (
        f"Whoever runs this board took it down (“{reason}”), and its words are still the same. Nothing was changed."
        " Say it in other words, then it can be shown again."
    )
    return Problem("", "taken-down", message)


def ask_about_rows(node: Node, tx: Tx, doubts: Sequence[tuple[OwnListing, Sequence[Problem]]]) -> None:
    """Put these listings into the operator's queue, with what is in doubt, if this node is a catalogue.

    What was said to stay is not asked about again while its words are the same; what was taken down for another reason
    is, whatever it says.
    """
    if not node.settings.aggregate:
        return
    said = own_rulings.of(tx, [row.id for row, _ in doubts])
    asked: dict[str, Sequence[Problem]] = {}
    for row, problems in doubts:
        word = said.get(row.id)
        if word and word.ruling == KEPT and word.words == fingerprint(row.item()):
            continue
        asked[row.id] = [*(_back(word.reason) if word and _is_back(word, row) else ()), *problems]
    ask_about(node, tx, asked)


def _is_back(word: OwnRuling, row: OwnListing) -> bool:
    return word.ruling == TAKEN_DOWN and not word.words and row.state == LIVE


def _back(reason: str) -> list[Problem]:
    return [Problem("", "shown-again", f"It was taken down before (“{reason}”), and is shown again.")]


def ask_about(node: Node, tx: Tx, doubts: Mapping[str, Sequence[Problem]]) -> None:
    """Put what has these ids into the operator's queue, with what is in doubt, if this node is a catalogue."""
    for listing_id, problems in doubts.items() if node.settings.aggregate else ():
        words = " ".join(problem.message for problem in problems)[:_LONGEST]
        known = {report.words for report in reports.of_listing(tx, listing_id, _MOST_READ)} if words else {words}
        if words not in known:
            reports.add(tx, Report(0, listing_id, REASON, words, "", "", WAITING, node.now, None))

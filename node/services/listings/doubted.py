"""Own listings whose words are in doubt: what their author is told, and what the operator of a catalogue is asked.

Listings of sources wait before they are shown. Those that were written here are shown, as their author stands in for
them; on a node that is a catalogue itself they come to the operator's queue, like a visitor's report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from node.context import Node
from node.storage import reports
from node.storage.engine import Tx
from node.storage.reports import WAITING, Report
from schemas.errors import Problem
from schemas.free.explain import NOT_FREE_WORDS, OF_WORDS

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


def ask_about(node: Node, tx: Tx, doubts: Mapping[str, Sequence[Problem]]) -> None:
    """Put these listings into the operator's queue, by id with what is in doubt, if this node is a catalogue."""
    for listing_id, problems in doubts.items() if node.settings.aggregate else ():
        words = " ".join(problem.message for problem in problems)[:_LONGEST]
        known = {report.words for report in reports.of_listing(tx, listing_id, _MOST_READ)} if words else {words}
        if words not in known:
            reports.add(tx, Report(0, listing_id, REASON, words, "", "", WAITING, node.now, None))

"""Who runs the node and stories: hiding one, showing it again, releasing what was set aside, what visitors report.

What is hidden stays hidden, whatever its organisation or its node does with it. A report hides nothing by itself.
"""

from __future__ import annotations

import orjson

from node.context import Node
from node.services.identity.audit import COMMAND_LINE, Who, record
from node.services.moderation.reporting import MOST_OF_ONE
from node.storage import reports, story_shelf
from node.storage.reports import KEPT, TAKEN_DOWN, Report
from node.storage.story_shelf import FINE, HIDDEN, RELEASED, Looked, Ruling, Shelved
from schemas.errors import SharefeedError
from schemas.free.explain import OF_WORDS, fingerprint
from schemas.records import dataclass
from schemas.story import load_story, word_item


class ModerationError(SharefeedError):
    """What cannot be done with a story. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A story that is shown and reported."""

    story: Shelved
    reports: tuple[Report, ...]


def hide(node: Node, story_id: str, reason: str, who: Who = COMMAND_LINE) -> None:
    """Show a story here no more, whatever comes of it. Its organisation reads the reason. Raises `ModerationError`."""
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise ModerationError("Give a reason: whoever wrote it reads it.")
    with node.database.write() as tx:
        if story_id not in story_shelf.owners(tx, [story_id]):
            raise ModerationError("There is no such story here.")
        story_shelf.rule(tx, story_id, Ruling(HIDDEN, reason, "", node.now))
        reports.decide(tx, story_id, TAKEN_DOWN, node.now)
        record(tx, node, who, "story-hidden", story_id)


def show(node: Node, story_id: str, who: Who = COMMAND_LINE) -> None:
    """Take back that a story is hidden."""
    with node.database.write() as tx:
        ruling = story_shelf.rulings(tx, [story_id]).get(story_id)
        if ruling is not None and ruling.ruling == HIDDEN:
            story_shelf.unrule(tx, story_id)
            record(tx, node, who, "story-shown", story_id)


def keep(node: Node, story_id: str) -> None:
    """Let a reported story stay: its reports are answered."""
    with node.database.write() as tx:
        reports.decide(tx, story_id, KEPT, node.now)


def release(node: Node, story_id: str, who: Who = COMMAND_LINE) -> None:
    """Show a source's story although its words were in doubt, as long as it says the same. Raises `ModerationError`."""
    with node.database.write() as tx:
        row = story_shelf.by_id(tx, story_id)
        if row is None or row.problems == FINE:
            raise ModerationError("This story is not set aside (any more).")
        if not is_about_words(row.problems):
            raise ModerationError("This story cannot be shown: something is wrong with it besides its words.")
        story = load_story(orjson.loads(row.item))
        words = fingerprint(word_item(story.title, story.content_text, story.handed, story.organisation.type))
        story_shelf.rule(tx, story_id, Ruling(RELEASED, "", words, node.now))
        story_shelf.release(tx, story_id)
        record(tx, node, who, "story-shown", story_id)


def is_about_words(problems: str) -> bool:
    """Whether a story is set aside for its words alone."""
    return all(problem["code"] in OF_WORDS for problem in orjson.loads(problems))


def looked_through(node: Node, limit: int, offset: int) -> tuple[list[Looked], int]:
    """All stories, the latest change first, and how many there are."""
    with node.database.read() as tx:
        return story_shelf.looked_through(tx, limit, offset), story_shelf.count_all(tx)


def reported(node: Node, limit: int) -> list[Reported]:
    """Stories that are shown and reported, the longest waiting first."""
    with node.database.read() as tx:
        waiting = reports.waiting_stories(tx, limit)
        shown = story_shelf.by_ids(tx, [one.listing_id for one in waiting])
        return [
            Reported(shown[one.listing_id], tuple(reports.of_listing(tx, one.listing_id, MOST_OF_ONE)))
            for one in waiting
            if one.listing_id in shown
        ]


def count_reported(node: Node) -> int:
    with node.database.read() as tx:
        return reports.count_waiting_stories(tx)


def hidden(node: Node, ids: list[str]) -> dict[str, str]:
    """Those of these stories that are hidden, with the reason."""
    with node.database.read() as tx:
        found = story_shelf.rulings(tx, ids)
    return {id_: ruling.reason for id_, ruling in found.items() if ruling.ruling == HIDDEN}

"""What a node may tell of stories: each item of its feed judged by itself. Pure.

Refuses a story whose id lies elsewhere than at the node that was read, and one of an organisation that is another
node's; whose words read like an advert is set aside until the operator's word. A page of a stranger's address is not
believed to be the story's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from federation.merge import territory
from schemas.errors import DocumentError, Problem
from schemas.fields import MAX_URL
from schemas.free.explain import fingerprint, word_problems
from schemas.records import dataclass
from schemas.story import LONGEST_TITLE, Story, dump_story, load_story, word_item


@dataclass(frozen=True, slots=True)
class Speaker:
    """The node that was read. ``ids`` are its id and those that it had; ``others`` the ids of all other known nodes.

    ``organisations`` are those that it names in its node document, ``given_by`` the ids of nodes that have handed
    listings on to it. With ``trusted`` its words are not judged.
    """

    ids: tuple[str, ...]
    others: tuple[str, ...] = ()
    organisations: frozenset[str] = frozenset()
    trusted: bool = False
    given_by: tuple[str, ...] = ()

    def owns(self, address: str) -> bool:
        """Whether an address lies at this node, and not at another one that lies beneath it."""
        mine = max((len(territory(one)) for one in self.ids if address.startswith(territory(one))), default=0)
        theirs = max((len(territory(one)) for one in self.others if address.startswith(territory(one))), default=0)
        return mine > theirs

    def hosts(self, organisation_id: str) -> bool:
        """Whether an organisation is this node's: under its address, or named by it and under nobody else's.

        One that is under another's address came from there, if that node says so.
        """
        if self.owns(organisation_id):
            return True
        homes = [one for one in self.others if organisation_id.startswith(territory(one))]
        home = max(homes, key=len, default=None)
        return organisation_id in self.organisations and (home is None or home in self.given_by)


@dataclass(frozen=True, slots=True)
class Judged:
    """One item: the story as it may be shown, or with ``problems`` why it is set aside.

    ``item`` is what is kept of it, ``words`` the digest of what it says, by which an operator's release is known.
    """

    id: str
    title: str
    item: Mapping[str, Any]
    story: Story | None = None
    problems: tuple[Problem, ...] = ()
    words: str = ""


def judge(item: Any, speaker: Speaker) -> Judged | None:
    """What becomes of an item; None for one without an id, of which nothing can be kept."""
    story_id = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(story_id, str) or not _is_short(story_id):
        return None
    stated = item.get("title")
    title = _storable(stated if isinstance(stated, str) else "")[:LONGEST_TITLE]
    least = {"id": story_id, "title": title}
    if not speaker.owns(story_id):
        message = "The id of this story does not lie at the node that tells it."
        return Judged(story_id, title, least, problems=(Problem("/id", "not-its-own", message),))
    try:
        story = load_story(item)
    except DocumentError as error:
        return Judged(story_id, title, least, problems=tuple(error.problems[:20]))
    if not speaker.hosts(story.organisation.id):
        message = "This organisation is not one of the node that tells the story."
        problem = Problem("/_sharefeed/organisation/id", "not-its-own", message)
        return Judged(story_id, title, least, problems=(problem,))
    if story.url is not None and not speaker.owns(story.url):
        story = replace(story, url=None)
    said = word_item(story.title, story.content_text, story.handed, story.organisation.type)
    doubts = () if speaker.trusted else word_problems(said)
    return Judged(story_id, story.title, dump_story(story), story, doubts, fingerprint(said))


def _is_short(story_id: str) -> bool:
    return 0 < len(story_id.encode("utf-8", "surrogatepass")) <= MAX_URL and _storable(story_id) == story_id


def _storable(text: str) -> str:
    """What a database can hold of a text."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()

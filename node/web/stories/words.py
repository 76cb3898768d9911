"""The words of success stories for their codes, as vocabularies of `node.web.wording.code_words`."""

from __future__ import annotations

from collections.abc import Mapping

from node.voices import later as _l
from node.web.wording.phrases import later_of

OTHERS: Mapping[str, str] = {
    "business": _l("a business nearby"),
    "charity": _l("a charity nearby"),
    "school": _l("a school nearby"),
    "community_group": _l("a community group nearby"),
    "faith_group": _l("a faith group nearby"),
    "public_body": _l("a public body nearby"),
}
STATES: Mapping[str, str] = {
    "draft": later_of("story", "Being written"),
    "published": later_of("story", "Shown"),
    "waiting": later_of("story", "Waits for their yes"),
    "withdrawn": later_of("story", "Taken down"),
    "hidden": later_of("story", "Hidden by who runs this site"),
}
CONSENTS: Mapping[str, str] = {
    "asked": _l("They have not answered yet, so their name is not shown."),
    "yes": _l("They have said yes to being named."),
    "no": _l("They would rather not be named."),
}
CHANGES: Mapping[str, str] = {
    "published": later_of("story", "Published"),
    "withdrawn": later_of("story", "Taken down"),
    "agreed": _l("They said yes to being named"),
    "refused": _l("They said no to being named"),
    "taken-back": _l("They took their yes back"),
}
PEOPLE: Mapping[str, str] = {
    "nobody": _l("Nobody can be recognised in them"),
    "agreed": _l("Everyone who can be recognised has agreed; for children, their parents have"),
}
AUDIT: Mapping[str, str] = {
    "story-published": _l("Published a story"),
    "story-withdrawn": _l("Took a story down"),
    "story-deleted": _l("Deleted a story"),
    "story-agreed": _l("Said yes to being named in a story"),
    "story-refused": _l("Said no to being named in a story"),
    "story-taken-back": _l("Took back their yes to being named in a story"),
    "story-hidden": _l("Hid a story"),
    "story-shown": _l("Showed a story again"),
}
VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "story_other": OTHERS,
    "story": STATES,
    "story_consent": CONSENTS,
    "story_change": CHANGES,
    "story_people": PEOPLE,
}

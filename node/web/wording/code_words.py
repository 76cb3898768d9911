"""The words that people read for the codes of the protocol, in the interface's language.

An unknown code is shown as it is, with hyphens and underscores opened up, rather than hidden or refused:
newer nodes may say things this one has not heard of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from node.voices import later as _l
from node.web.exchanges import words as exchange_words
from node.web.stories import words as story_words
from node.web.wording import desk_words, import_words, standing_words
from node.web.wording.phrases import later_of, locale, say
from schemas.labels import WRITTEN_IN, Names, names_of

SIGNS: Mapping[str, str] = {
    "give": _l("Give"),
    "lend": _l("Lend"),
    "host": _l("Host"),
    "help": _l("Help"),
    "wanted": later_of("sign", "Wanted"),
}
SIGN_PHRASES: Mapping[str, str] = {
    "give": _l("Things to keep"),
    "lend": _l("Things to borrow"),
    "host": _l("Rooms to use"),
    "help": _l("Skills and a hand"),
    "wanted": _l("What others need"),
}
SIGN_SENTENCES: Mapping[str, str] = {
    "give": _l("Yours to keep, free"),
    "lend": _l("To borrow and bring back, free"),
    "host": _l("A place to use, free"),
    "help": _l("Time and skill, free"),
    "wanted": _l("They are looking for this"),
}
KINDS: Mapping[str, str] = {
    "item": _l("Thing"),
    "equipment": _l("Equipment"),
    "space": _l("Space"),
    "skill": _l("Skill"),
}
DIRECTIONS: Mapping[str, str] = {"offer": _l("Offered"), "want": _l("Wanted")}
PAPER: Mapping[str, str] = {
    "poster": _l("Posters, A4"),
    "labels": _l("Labels for shelves, eight on a sheet"),
    "cards": _l("Cards to hand out, ten on a sheet"),
    "signup": _l("A sheet to sign up on"),
}
STATUSES: Mapping[str, str] = {"available": _l("To be had now"), "reserved": _l("Reserved")}
CONDITIONS: Mapping[str, str] = {
    "new": _l("New"),
    "good": _l("Good"),
    "fair": _l("Fair"),
    "for_parts": _l("For parts or repair"),
}
ORGANISATION_TYPES: Mapping[str, str] = {
    "business": _l("Business"),
    "charity": _l("Charity"),
    "school": _l("School"),
    "community_group": _l("Community group"),
    "faith_group": _l("Faith group"),
    "public_body": _l("Public body"),
}
LEVELS: Mapping[str, str] = {
    "L0": _l("Whole list"),
    "L1": _l("Changes"),
    "L2": _l("Changes, signed"),
    "plain": _l("Plain feed"),
}
HEALTH: Mapping[str, str] = {
    "ok": _l("Well"),
    "new": _l("Not read yet"),
    "late": _l("Late"),
    "failing": _l("Not answering"),
    "paused": _l("Paused"),
    "suspended": _l("Suspended"),
}
OUTCOMES: Mapping[str, str] = {
    "changed": _l("Changed"),
    "unchanged": _l("Nothing new"),
    "resync": _l("Read from the start"),
    "failed": _l("Failed"),
    "held": _l("Held for a word"),
}
EVENTS: Mapping[str, str] = {
    "renamed": _l("Took another name"),
    "another-feed": _l("Reads another feed of it now"),
    "moved": _l("Moved"),
    "not-followed": _l("Was not followed"),
    "handed-on": _l("Handed listings on to another node"),
    "suspended": _l("Suspended"),
    "resumed": _l("Read again"),
}
BADGES: Mapping[str, str] = {
    "identical": _l("Verified identical"),
    "partly": _l("Identical, partly shown"),
    "differs": _l("Differs, is read again"),
    "static": _l("A list without a check sum"),
    "plain": _l("A plain feed"),
    "unread": _l("Not read yet"),
}
VERDICTS: Mapping[str, str] = {
    "shown": _l("Shown"),
    "held": _l("Held"),
    "quarantined": _l("Quarantined"),
    "outdated": _l("Last good version shown"),
    "reported": _l("Reported"),
    "merged": _l("Shown with its twin"),
    "loop": _l("Came back to us"),
    "hidden": _l("Hidden"),
    "refused": _l("Refused"),
    "expired": _l("Over"),
    "unknown": _l("Not read yet"),
}
PROPOSAL_STATES: Mapping[str, str] = {
    "waiting": _l("Waiting"),
    "accepted": _l("Accepted"),
    "refused": _l("Refused"),
}
FACETS: Mapping[str, str] = {
    "action": _l("What you can do"),
    "kind": _l("What it is"),
    "direction": _l("Offered or wanted"),
    "category": _l("Category"),
    "organisation_type": _l("Who it is from"),
    "condition": _l("Condition"),
}
GONE_REASONS: Mapping[str, str] = {
    "given": _l("It has found a new home."),
    "met": _l("They have what they were looking for."),
    "withdrawn": _l("The organisation took it down."),
    "expired": _l("Its time on the board is over."),
    "removed": _l("It was taken off the board."),
}
REPORT_REASONS: Mapping[str, str] = {
    "gone": _l("It is no longer to be had"),
    "wrong": _l("It is not what it says"),
    "not_free": _l("It is not free: somebody asks for money"),
    "unsafe": _l("It is dangerous or against the law"),
    "personal": _l("It shows something private about a person"),
    "words": _l("Its words read like an advert"),
    "other": _l("Something else"),
}
FREQUENCIES: Mapping[str, str] = {
    "instant": _l("At once"),
    "daily": _l("Once a day, at 8 in the morning"),
    "weekly": _l("Once a week, on Monday morning"),
}

BOOKING_STATES: Mapping[str, str] = {
    "held": later_of("booking", "Held"),
    "confirmed": later_of("booking", "Booked"),
    "out": later_of("booking", "Out"),
    "returned": later_of("booking", "Back"),
    "cancelled": later_of("booking", "Called off"),
    "no_show": later_of("booking", "Nobody came"),
}
ROLES: Mapping[str, str] = {
    "owner": _l("Owner"),
    "editor": _l("Editor"),
    "viewer": _l("Viewer"),
}
ROLE_HINTS: Mapping[str, str] = {
    "owner": _l("does everything, members too"),
    "editor": _l("writes and changes what is shared"),
    "viewer": _l("looks on, and changes nothing"),
}
SCOPES: Mapping[str, str] = {
    "listings:read": _l("Read listings, also those that are not shown"),
    "listings:write": _l("Write and change listings"),
    "bookings:read": _l("See bookings"),
    "bookings:write": _l("Book, and cancel bookings"),
    "requests:read": _l("See requests, with names and messages"),
    "requests:write": _l("Answer requests"),
}
AUDIT: Mapping[str, str] = {
    "account-made": _l("Made an account"),
    "account-removed": _l("Removed an account"),
    "account-closed": _l("Closed their account"),
    "name-erased": _l("Took a name out of this log"),
    "account-renamed": _l("Took another name"),
    "account-language": _l("Chose another language"),
    "address-asked": _l("Asked for another e-mail address"),
    "address-changed": _l("Took another e-mail address"),
    "address-undone": _l("Took the change of the e-mail address back"),
    "link-made": _l("Made a link for signing in"),
    "password-set": _l("Set a new password"),
    "password-reset": _l("Set a new password by a mailed link"),
    "reset-asked": _l("Asked for a link to set a new password"),
    "codes-on": _l("Turned codes from an app on"),
    "codes-off": _l("Turned codes from an app off"),
    "recovery-made": _l("Made new recovery codes"),
    "recovery-used": _l("Signed in with a recovery code"),
    "passkey-made": _l("Made a passkey"),
    "passkey-removed": _l("Removed a passkey"),
    "token-made": _l("Made a token for a program"),
    "token-removed": _l("Removed a token"),
    "signed-in": _l("Signed in"),
    "session-ended": _l("Signed one browser out"),
    "sessions-ended": _l("Signed all other browsers out"),
    "organisation-made": _l("Added an organisation"),
    "organisation-changed": _l("Changed what is said of the organisation"),
    "organisation-moved": _l("Moved the organisation to another node"),
    "organisation-move-undone": _l("Took the move to another node back"),
    "organisation-brought": _l("Brought the organisation from another node"),
    "listings-undone": _l("Took back what was done with many listings"),
    "listings-changed": _l("Changed all listings that a search showed"),
    "import-run": _l("Imported a list"),
    "import-undone": _l("Undid an import"),
    "member-joined": _l("Became a member"),
    "member-role": _l("Changed what a member may do"),
    "member-left": _l("Ended a membership"),
    "export-made": _l("Took a copy of everything"),
    "member-invited": _l("Invited somebody"),
    "invitation-withdrawn": _l("Withdrew an invitation"),
    **story_words.AUDIT,
}
AUDIT_WHO: Mapping[str, str] = {
    "command line": _l("command line"),
    "the node": _l("the node"),
}
"""Who does something and is nobody."""
APPEARANCE: Mapping[str, str] = {
    "node_name": _l("name"),
    "tagline": _l("tagline"),
    "node_description": _l("description"),
    "headline": _l("headline"),
    "lead": _l("first sentence"),
    "about_text": _l("about this board"),
    "contact_line": _l("whom to ask"),
    "footer_note": _l("note at the foot"),
    "brand_colour": _l("colour"),
    "logo": _l("logo"),
    "map_lat": _l("where the map starts"),
    "map_lon": _l("where the map starts"),
    "map_zoom": _l("zoom of the map"),
    "units": _l("miles or kilometres"),
}

LONGEST_WORD = 24
"""Unknown codes are cut to this many characters: they come from strangers, and stand where a short word belongs."""

VOCABULARIES: Mapping[str, Mapping[str, str]] = {
    "sign": SIGNS,
    "sign_phrase": SIGN_PHRASES,
    "sign_sentence": SIGN_SENTENCES,
    "kind": KINDS,
    "direction": DIRECTIONS,
    "condition": CONDITIONS,
    "status": STATUSES,
    "organisation_type": ORGANISATION_TYPES,
    "level": LEVELS,
    "health": HEALTH,
    "outcome": OUTCOMES,
    "event": EVENTS,
    "badge": BADGES,
    "verdict": VERDICTS,
    "proposal": PROPOSAL_STATES,
    "facet": FACETS,
    "gone": GONE_REASONS,
    "report": REPORT_REASONS,
    "frequency": FREQUENCIES,
    "appearance": APPEARANCE,
    "paper": PAPER,
    "role": ROLES,
    "audit_who": AUDIT_WHO,
    "role_hint": ROLE_HINTS,
    "booking": BOOKING_STATES,
    "audit": AUDIT,
    **desk_words.VOCABULARIES,
    **exchange_words.VOCABULARIES,
    **import_words.VOCABULARIES,
    **standing_words.VOCABULARIES,
    **story_words.VOCABULARIES,
    "scope": SCOPES,
}


def category(path: str) -> Names:
    """What a category is called in the current language; one that is not known, as its nearest known ancestor is."""
    reader = locale()
    return names_of(path, reader.language if reader else WRITTEN_IN)


def word(code: str, vocabulary: str, manners: Iterable[str] = ()) -> str:
    """The word for ``code`` in one of ``VOCABULARIES``, in the current language; the code itself if it is
    unknown. The first of ``manners`` for which it has a word of its own, ``code_manner``, decides which.

    Raises KeyError for a vocabulary that does not exist: that is a mistake in a template.
    """
    words = VOCABULARIES[vocabulary]
    known = next((words[one] for one in (*(f"{code}_{manner}" for manner in manners), code) if one in words), None)
    if known is not None:
        return say(known)
    opened = code.replace("_", " ").replace("-", " ").strip().capitalize()
    return opened if len(opened) <= LONGEST_WORD else opened[:LONGEST_WORD] + "…"

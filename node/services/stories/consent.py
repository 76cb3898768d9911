"""The other organisation's word: it is asked before its name is shown, and can say yes, no, or take its yes back later.

Asked at its desk where it is hosted here, and by mail. A link is signed with the node's secret and names the story and
its reader; opening it changes nothing. A person is never asked, because no story names one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping

import orjson

from node.context import Node
from node.languages import translations
from node.services.exchanges.people import forgetting
from node.services.identity.audit import Who, record
from node.services.identity.members import EDITOR, ROLES
from node.services.stories import handed, shelving
from node.storage import accounts, exchange_people, memberships, organisations, outbox, peers, stories
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.stories import ASKED, NO, NONE, PUBLISHED, YES, OwnStory, StoryVersion
from node.voices import Voice, later
from schemas.errors import SharefeedError
from schemas.exchange import DAY_S
from schemas.records import dataclass
from schemas.story import Story, digest

PATH = "story-word/"
OTHER = "other"
_TOKEN = re.compile(r"([A-Za-z0-9_-]{16})\.(other|[0-9a-f]{1,32})\.([A-Za-z0-9_-]{32})")
_LONGEST_SUBJECT_TITLE = 80
MOST_WAITING, MOST_A_DAY = 10, 3
"""Stories of which one organisation is asked by mail at once, and versions of one story within a day."""
ANSWERS = {YES: "agreed", NO: "refused"}
TAKEN_BACK = "taken-back"

SAID: Mapping[str, tuple[str, str, str]] = {
    ASKED: (
        later("May your name stand there? %(title)s"),
        later(
            "%(teller)s has told the story of what you did together: “%(title)s”. It names %(other)s only if you say "
            "yes. Read it by the link, and answer there; you can change your mind at any time."
        ),
        later("Read it and answer"),
    ),
    YES: (
        later("They say yes: %(title)s"),
        later("%(other)s is glad to be named in your story “%(title)s”."),
        later("See your stories"),
    ),
    NO: (
        later("Without their name: %(title)s"),
        later(
            "%(other)s would rather not be named in your story “%(title)s”. It is shown without their name; where the "
            "words themselves name them, it is not shown until you have written them anew."
        ),
        later("See your stories"),
    ),
}
"""Subject, sentence and button of a mail, by what it is about."""


class ConsentError(SharefeedError):
    """A link that this node has not made, or to a story that is not told any more. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail: what tells it from others', the address, the language, and the link."""

    mark: str
    email: str
    language: str
    url: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A story as the other organisation reads it, whole and with its name, and what was answered."""

    own: OwnStory
    story: Story
    by: Who


def ask(tx: Tx, node: Node, own: OwnStory, waiting: int | None = None) -> int:
    """Ask the other organisation, if its word is missing; how many mails were written.

    The same words are asked about once, and nobody is written to for ever who does not answer: of so many stories that
    wait for them (``waiting``, beside this one), nor each time that one is written anew.
    """
    if own.state != PUBLISHED or own.consent != ASKED or own.document is None:
        return 0
    others_waiting = stories.count_asked(tx, own.other_id) - 1 if waiting is None else waiting
    written = stories.count_versions(tx, own.key, PUBLISHED, node.now - DAY_S)
    if others_waiting >= MOST_WAITING or written > MOST_A_DAY:
        return 0
    story = shelving.load(own.document)
    mark = digest(story)[:16]
    return sum(_post(tx, node, own, story, ASKED, reader, mark) for reader in others(tx, node, own))


def others(tx: Tx, node: Node, own: OwnStory) -> Iterator[Reader]:
    """Who is asked: its members where it is hosted here, else whoever asked in its name, else its node's contact."""
    if own.other_id in organisations.by_ids(tx, [own.other_id]):
        for one in _members(tx, own.other_id):
            yield Reader(one.id, one.email, one.language, url(node, own.key, one.id))
        return
    number = handed.local_id(node, own.exchange)
    person = exchange_people.of(tx, number) if number else None
    if person is not None:
        yield Reader(OTHER, person.email, person.language, url(node, own.key, OTHER))
    elif (address := _contact(tx, own.other_id)) is not None:
        yield Reader(OTHER, address, "", url(node, own.key, OTHER))


def _contact(tx: Tx, organisation_id: str) -> str | None:
    """The address that the node of an organisation states for questions, where that node is known here."""
    from node.services.limits.strangers import mail_problems
    from node.storage import sources

    told = [one for one in sources.every(tx) if one.node_document and _speaks_for(one.node_id, organisation_id)]
    nearest = max(told, key=lambda one: len(one.node_id or ""), default=None)
    if nearest is None:
        email: object = peers.contact_of(tx, organisation_id)
    else:
        contact = orjson.loads(nearest.node_document or "{}").get("contact")
        email = contact.get("email") if isinstance(contact, dict) else None
    return email if isinstance(email, str) and email and not mail_problems("email", email) else None


def _speaks_for(node_id: str | None, organisation_id: str) -> bool:
    """Whether an organisation is under the address of a node, and not only under one that begins alike."""
    return node_id is not None and organisation_id.startswith(f"{node_id.rstrip('/')}/")


def _members(tx: Tx, organisation_id: str) -> list[Account]:
    able = [one for one in memberships.of_organisation(tx, organisation_id) if _is_able(one.role)]
    return [account for account in (accounts.by_id(tx, one.account_id) for one in able) if account is not None]


def _is_able(role: str | None) -> bool:
    return role in ROLES and ROLES.index(role) >= ROLES.index(EDITOR)


def url(node: Node, key: str, who: str) -> str:
    """Where somebody reads a story and answers; ``who`` is an account, or `OTHER`."""
    return f"{node.settings.url}{PATH}{_token(node, key, who)}"


def by_token(node: Node, token: str) -> Asked:
    """What a link leads to. Raises `ConsentError`."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_token(node, found[1], found[2]), token):
        raise ConsentError("This link is none of ours, or a part of it is missing. Nothing was changed.")
    with node.database.read() as tx:
        own = stories.by_key(tx, found[1])
        if own is None or own.state != PUBLISHED or own.document is None or not own.other_id:
            raise ConsentError("What this link was about is not told any more.")
        story = shelving.load(own.document)
        if found[2] == OTHER:
            return Asked(own, story, Who(None, story.other.name or ""))
        account = accounts.by_id(tx, found[2])
        if account is None or not _is_able(memberships.role_of(tx, account.id, own.other_id)):
            raise ConsentError("This link was for somebody who does not look after it any more. Nothing was changed.")
        return Asked(own, story, Who(account.id, f"{account.name} ({account.email})"))


def by_organisation(node: Node, organisation_id: str, key: str, by: Who) -> Asked | None:
    """A story of others that tells of this organisation, as its desk shows it."""
    with node.database.read() as tx:
        own = stories.by_key(tx, key)
    if own is None or own.other_id != organisation_id or own.state != PUBLISHED or own.document is None:
        return None
    return Asked(own, shelving.load(own.document), by)


def count_asked(node: Node, organisation_id: str) -> int:
    """How many stories of others here wait for this organisation's word."""
    with node.database.read() as tx:
        return stories.count_asked(tx, organisation_id)


def answer(node: Node, asked: Asked, says: str, seen: str) -> None:
    """Keep the other organisation's word: `YES` or `NO`. ``seen`` is the digest of the words that were answered.

    Raises `ConsentError` where the story says something else by now: a yes is one to what was read.
    """
    if says not in ANSWERS:
        raise ConsentError("This is no answer. Nothing was changed.")
    with node.database.write() as tx:
        own = stories.by_key(tx, asked.own.key, lock=True)
        if own is None or own.document is None or own.state != PUBLISHED or own.other_id != asked.own.other_id:
            raise ConsentError("What this link was about is not told any more.")
        story = shelving.load(own.document)
        if says == YES and seen != digest(story):
            raise ConsentError("The story was changed meanwhile. Read it once more, and answer then.")
        if own.consent == says and (says == NO or own.agreed_to == digest(story)):
            return
        change = TAKEN_BACK if says == NO and own.consent == YES else ANSWERS[says]
        if change == TAKEN_BACK:
            forgetting.note(node.settings.home, [f"{forgetting.UNNAMED}{own.key}:{node.now}"])
        stories.answer(tx, own.key, says, digest(story) if says == YES else "", node.now)
        stories.note(tx, StoryVersion(own.key, node.now, asked.by.name, change, own.document))
        record(tx, node, asked.by, f"story-{change}", story.title, own.organisation_id)
        shelving.shelve(tx, node, own.key)
        host = organisations.by_ids(tx, [own.organisation_id])[own.organisation_id]
        for one in _members(tx, own.organisation_id):
            reader = Reader(one.id, one.email, one.language, f"{node.settings.url}desk/{host.slug}/stories")
            _post(tx, node, own, story, says, reader, str(node.now))


def take_back_again(node: Node) -> int:
    """After a backup was brought back: what was taken back since it was made is taken back; how many stories."""
    path, count = node.settings.home / forgetting.FORGOTTEN_FILE, 0
    noted = path.read_text(encoding="ascii").split() if path.exists() else []
    with node.database.write() as tx:
        for one in (one.removeprefix(forgetting.UNNAMED) for one in noted if one.startswith(forgetting.UNNAMED)):
            key, _, at = one.rpartition(":")
            own = stories.by_key(tx, key, lock=True)
            if own is None or own.consent != YES or (own.answered_at or 0) > int(at):
                continue
            stories.answer(tx, key, NO, "", int(at))
            stories.note(tx, StoryVersion(key, int(at), "", TAKEN_BACK, own.document or ""))
            shelving.shelve(tx, node, key)
            count += 1
    return count


def call_back(tx: Tx, key: str) -> None:
    """Let mails about a story go no further."""
    outbox.call_back(tx, topic_of(key))


def topic_of(key: str) -> str:
    """What mails about a story are about."""
    return f"story:{key}"


def was_asked(node: Node, own: OwnStory) -> bool:
    """Whether anybody could be asked: hosted here, or with an address that is known."""
    with node.database.read() as tx:
        return own.consent != NONE and next(others(tx, node, own), None) is not None


def _post(tx: Tx, node: Node, own: OwnStory, story: Story, name: str, reader: Reader, mark: str) -> bool:
    from node.services.mail.letters import Letter, MailError, post, render
    from node.services.mail.mail_settings import can_mail

    settings, language = node.settings, reader.language or node.settings.language
    if not can_mail(settings):
        return False
    voice = Voice(translations(language, settings), language.replace("-", "_"))
    subject, sentence, button = SAID[name]
    values = {"title": story.title, "teller": story.organisation.name, "other": story.other.name or ""}
    text, html = render(
        settings,
        "story",
        language,
        site=settings.node_name,
        home_url=settings.url,
        sentence=voice.say(sentence, **values),
        words=f"{story.title}\n\n{story.content_text}" if name == ASKED else "",
        button=voice.say(button),
        url=reader.url,
    )
    short = {**values, "title": story.title[:_LONGEST_SUBJECT_TITLE]}
    key = f"story:{own.key}:{name}:{mark}:{reader.mark}"
    letter = Letter(reader.email, voice.say(subject, **short), text, html, key, topic_of(own.key))
    try:
        return post(tx, node, letter)
    except MailError:
        return False


def _token(node: Node, key: str, who: str) -> str:
    said = f"{key}.{who}"
    digest_ = hmac.new(node.settings.secret(), f"story word {said}".encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(digest_).decode()[:32]}"

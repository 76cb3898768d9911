"""Writing mails: a letter becomes a message (RFC 5322) in the outbox, in the transaction of what causes it.

Nothing is sent here: `node.services.mail.postman` does, in the worker. What a stranger wrote can become text of a mail,
never a header or a recipient.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import idna
import jinja2
from babel.support import NullTranslations

from node.context import Node
from node.languages import translations
from node.services.limits.strangers import mail_problems
from node.services.mail.mail_settings import sender_address
from node.settings import Settings
from node.storage import outbox
from node.storage.engine import Tx
from node.storage.outbox import CAPTURED, WAITING, Mail
from schemas.errors import SharefeedError
from schemas.records import dataclass

LONGEST_SUBJECT = 150
LIST = "alerts"
_NOT_IN_DOMAIN = re.compile(r"[^A-Za-z0-9.-]")
_INVISIBLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn what follows around. A name with one in it would turn our own sentence, too."""


class MailError(SharefeedError):
    """A mail that cannot be written, because no mail can be sent to its address. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is meant, before it is a message.

    ``key`` names its cause (120 characters at most): the same cause mails once. ``topic`` is what it is about, by which
    it can be called back. ``unsubscribe_url`` takes a POST that ends such mails (RFC 8058). From ``useless_at``
    (seconds since 1970) on it is not worth sending.
    """

    to: str
    subject: str
    text: str
    html: str
    key: str
    topic: str
    unsubscribe_url: str | None = None
    useless_at: int | None = None


class _Whole(UnstructuredHeader, BaseHeader):
    """A header that is never folded: Python would otherwise encode a long address, and no program would find it."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _policy() -> Policy:
    registry = HeaderRegistry()
    registry.map_to_type("list-unsubscribe", _Whole)
    registry.map_to_type("list-id", _Whole)
    return SMTP.clone(cte_type="7bit", header_factory=registry)


_POLICY = _policy()


def post(tx: Tx, node: Node, letter: Letter) -> bool:
    """Put a letter into the outbox, unless its cause has mailed already; whether it was put there.

    Where mails are captured it goes no further. Raises `MailError` for an address that no mail can be sent to.
    """
    message = build(node, letter)
    mail = Mail(
        key=letter.key,
        topic=letter.topic,
        recipient=deliverable(letter.to),
        message=message.as_bytes().decode("ascii"),
        made_at=node.now,
        due_at=node.now,
        useless_at=letter.useless_at,
        state=CAPTURED if node.settings.mail_capture else WAITING,
    )
    return outbox.add(tx, mail)


def build(node: Node, letter: Letter) -> EmailMessage:
    """The message: plain text with HTML beside it. The same letter has the same Message-ID. Raises `MailError`."""
    sender = sender_address(node.settings)
    message = EmailMessage(_POLICY)
    message["From"] = Address(_line(node.settings.node_name), addr_spec=sender)
    message["To"] = Address(addr_spec=deliverable(letter.to))
    message["Subject"] = _line(letter.subject)[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(node.clock().astimezone(ZoneInfo(node.settings.timezone)))
    message["Message-ID"] = f"<{_mark(node, letter.key)}@{sender.rpartition('@')[2]}>"
    # Neither people who are away nor mailing lists shall answer (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # What these mails are sorted by (RFC 2919); others of this node are letters to one person.
        message["List-Id"] = f"<{LIST}.{_NOT_IN_DOMAIN.sub('', urlsplit(node.settings.url).hostname or 'localhost')}>"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def deliverable(address: str) -> str:
    """The address in the form in which servers take it: ASCII, its domain in IDNA. Raises `MailError`."""
    local, _, domain = address.strip().rpartition("@")
    try:
        whole = f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise MailError(f"The domain of {address!r} cannot exist.") from error
    if mail_problems("email", whole) or not _ATOMS.fullmatch(local):
        raise MailError(f"No mail can be sent to {address!r}.")
    return whole


_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def _line(text: str) -> str:
    return _INVISIBLE.sub(" ", _TURNS.sub("", text)).strip()


def _mark(node: Node, key: str) -> str:
    return hmac.new(node.settings.secret(), f"mail {key}".encode(), hashlib.sha256).hexdigest()[:40]


def render(settings: Settings, name: str, language: str, **values: Any) -> tuple[str, str]:
    """Text and HTML of the mail ``name`` in a language, from ``templates/mail``, all of it in its own direction."""
    environment = _environment(language, translations(language, settings))
    both = (environment.get_template(f"{name}.{kind}.j2").render(values) for kind in ("txt", "html"))
    text, html = (_TURNS.sub("", one) for one in both)
    return text, html


@lru_cache
def _environment(language: str, words: NullTranslations) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("node", "templates/mail"),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with_words: Any = made
    with_words.install_gettext_translations(words, newstyle=True)
    made.globals["language"] = language
    return made

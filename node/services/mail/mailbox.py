"""Mails that are kept in place of being sent, for whoever tries the node out."""

from __future__ import annotations

import re
from email import message_from_string, policy
from email.message import EmailMessage

from node.context import Node
from node.storage import outbox
from node.storage.outbox import Mail
from schemas.records import dataclass

SHOWN = 50
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail; ``at`` in seconds since 1970, ``links`` the addresses that its text names."""

    number: int
    to: str
    subject: str
    at: int
    text: str
    html: str
    links: tuple[str, ...]
    unsubscribe: str | None


def kept(node: Node) -> list[Kept]:
    """The latest mails that were kept, the newest first."""
    with node.database.read() as tx:
        return [_read(mail) for mail in outbox.captured(tx, SHOWN)]


def kept_one(node: Node, number: int) -> Kept | None:
    """One mail that was kept."""
    with node.database.read() as tx:
        mail = outbox.captured_one(tx, number)
    return _read(mail) if mail else None


def _read(mail: Mail) -> Kept:
    message = message_from_string(mail.message, policy=policy.default)
    text, html = _part(message, "plain"), _part(message, "html")
    links = tuple(dict.fromkeys(_LINK.findall(text)))
    unsubscribe = message["List-Unsubscribe"]
    return Kept(
        number=mail.id,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=mail.made_at,
        text=text,
        html=html,
        links=links,
        unsubscribe=str(unsubscribe) if unsubscribe else None,
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""

"""Pages about mails: asking for them, confirming, changing and ending them, and those that are kept here.

The conventions are those of ``view_model_parts``. Import these from ``node.web.view_models``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from node.web.view_model_parts import Choice, Form, Head, Link
from node.web.view_models_control import ControlFrame


@dataclass(frozen=True, slots=True)
class AlertNewPage:
    """portal/alert_new.html: asking to be told. ``search`` is what is searched for, in words, with its page.

    ``form`` has ``email`` and ``frequency``, whose answers are ``frequencies``.
    """

    head: Head
    search: Link
    form: Form
    frequencies: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertAskedPage:
    """portal/alert_asked.html: a mail is on its way to ``email``; ``mailbox_path`` shows it where none is sent."""

    head: Head
    search: Link
    email: str
    hours: int
    mailbox_path: str | None = None


@dataclass(frozen=True, slots=True)
class AlertWordPage:
    """portal/alert_word.html: what a link in a mail can do, as a button, or what it has done.

    ``state`` is ``confirm``, ``confirmed``, ``stop``, ``stopped`` or ``over`` (a link that does nothing any more).
    ``search`` is what the mails are about, where that is known; ``manage_path`` leads to all mails of the address.
    """

    head: Head
    state: str
    search: Link | None = None
    frequency: str | None = None
    press: Form | None = None
    manage_path: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One search that somebody is told about.

    ``change`` has ``frequency``, ``stop`` no field; both carry the ``id``.
    """

    id: str
    search: Link
    frequency: str
    frequencies: tuple[Choice, ...]
    change: Form
    stop: Form


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """portal/alerts.html: all mails of one address; ``stop_all`` is a form without fields."""

    head: Head
    alerts: tuple[AlertRow, ...] = ()
    stop_all: Form | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail that was kept in place of being sent; ``source`` is its HTML as text."""

    to: str
    subject: str
    at: datetime
    text: str
    source: str = ""
    links: tuple[Link, ...] = ()
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class MailboxPage:
    """portal/mailbox.html: what would have been sent, the newest first, for whoever tries the board out."""

    head: Head
    mails: tuple[KeptMail, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlMailboxPage:
    """control/mailbox.html: the same for the operator; not ``captured``, mails are sent and none is kept."""

    head: Head
    control: ControlFrame
    mails: tuple[KeptMail, ...] = ()
    captured: bool = True

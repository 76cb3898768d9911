"""Pages about mails: asking for them, confirming, changing and ending them, and those that are kept here.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.control import ControlFrame
from node.web.view_models.parts import Choice, Form, Head, Link
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class AlertNewPage:
    """portal/alert_new.html: asking to be told. ``lead`` says when, of ``about``: a search or a listing, with its page.

    ``form`` has ``email`` and ``frequency``, whose answers are ``frequencies``; ``mine_path`` leads to mails that come
    already.
    """

    head: Head
    lead: str
    about: Link
    form: Form
    frequencies: tuple[Choice, ...] = ()
    mine_path: str | None = None


@dataclass(frozen=True, slots=True)
class AlertMinePage:
    """portal/alert_mine.html: asking for the link to all mails of an address, or that it is on its way to ``sent_to``.

    ``form`` has ``email``; ``mailbox_path`` shows the mail where none is sent.
    """

    head: Head
    form: Form
    sent_to: str = ""
    mailbox_path: str | None = None


@dataclass(frozen=True, slots=True)
class AlertAskedPage:
    """portal/alert_asked.html: a mail is on its way to ``email``; ``mailbox_path`` shows it where none is sent."""

    head: Head
    about: Link
    email: str
    hours: int
    mailbox_path: str | None = None


@dataclass(frozen=True, slots=True)
class AlertWordPage:
    """portal/alert_word.html: what a link in a mail can do, as a button, or what it has done.

    ``state`` is ``confirm``, ``confirmed``, ``stop``, ``stopped`` or ``over`` (a link that does nothing any more).
    ``about`` is what the mails are about, where that is known: a search, or what meets a listing (``of_listing``).
    ``manage_path`` leads to all mails of the address.
    """

    head: Head
    state: str
    about: Link | None = None
    frequency: str | None = None
    press: Form | None = None
    manage_path: str | None = None
    of_listing: bool = False


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One search or listing that somebody is told about.

    ``change`` has ``frequency``, ``rest`` (which pauses it, or resumes what is ``paused``) and ``stop`` no field; all
    carry the ``id``.
    """

    id: str
    about: Link
    frequency: str
    frequencies: tuple[Choice, ...]
    change: Form
    rest: Form
    stop: Form
    paused: bool = False


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """portal/alerts.html: all mails of one address; ``stop_all`` is a form without fields."""

    head: Head
    alerts: tuple[AlertRow, ...] = ()
    stop_all: Form | None = None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail that was kept in place of being sent; ``source`` is its HTML as text, which ``page_path`` shows."""

    to: str
    subject: str
    at: datetime
    text: str
    source: str = ""
    links: tuple[Link, ...] = ()
    unsubscribe: str | None = None
    page_path: str | None = None


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

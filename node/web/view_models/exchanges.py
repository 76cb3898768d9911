"""Asking for a listing, and what becomes of that: for who asks, and at the desk.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import ONE_PAGE, Choice, Form, Head, Link, Pager
from node.web.view_models.request_rows import DeskRequestRow, ExchangePress
from schemas.records import dataclass

__all__ = [
    "AskAsPage",
    "AskPage",
    "AskedAlreadyPage",
    "DeskAskChoicePage",
    "DeskAskPage",
    "DeskGivenPage",
    "DeskReceiver",
    "DeskRequestPage",
    "DeskRequestRow",
    "DeskRequestsPage",
    "DeskRequestsSection",
    "ExchangeLetter",
    "ExchangePage",
    "ExchangePress",
    "ExchangeView",
    "MeetingPage",
]


@dataclass(frozen=True, slots=True)
class AskPage:
    """portal/ask.html. Fields of ``form``: ``quantity`` where there are ``many``, ``first``, ``starts``, ``last``,
    ``ends`` as ``asks_days`` and ``asks_times`` say, ``name``, ``email``, ``for_whom``, ``words``, ``need`` (one of
    ``needs``), ``agreed``.

    ``elsewhere`` is what the node is called for which this one keeps the requests, or hands them on to it, as
    ``hands_on`` says.
    ``sent_to`` is the address that a mail went to, after the form was sent; ``mailbox_path`` where that mail stands on
    a node that keeps its mails. ``fairness`` says who has it if several ask.
    """

    head: Head
    listing: Link
    organisation: str
    form: Form
    is_want: bool = False
    many: int = 0
    asks_days: bool = False
    asks_times: bool = False
    needs: tuple[Choice, ...] = ()
    fairness: str = ""
    waiting: int = 0
    terms: str = ""
    elsewhere: str = ""
    hands_on: bool = False
    sent_to: str = ""
    mailbox_path: str | None = None


@dataclass(frozen=True, slots=True)
class AskedAlreadyPage:
    """portal/asked_already.html: the link to what somebody has asked is mailed again. ``form`` has the field ``email``.

    ``sent_to`` is the address, after it was sent; ``ask_as_path`` leads organisations to their own desk.
    """

    head: Head
    listing: Link
    form: Form
    ask_as_path: str = ""
    sent_to: str = ""


@dataclass(frozen=True, slots=True)
class AskAsPage:
    """portal/ask_as.html: the way to one's own desk. ``form`` has the field ``node``, ``desk`` leads there."""

    head: Head
    listing: Link
    form: Form
    desk: Link | None = None


@dataclass(frozen=True, slots=True)
class ExchangeLetter:
    """What one side wrote; ``mine`` where it was the reader's."""

    who: str
    words: str
    at: datetime
    mine: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """An exchange as one side sees it. ``state`` is a code, ``lead`` a sentence, ``facts`` are label and text.

    ``manners`` say which words for its codes are meant: those of a want, of what takes place.

    ``presses`` are what can be done with one press, ``answer`` has the fields ``quantity`` (where there are ``many``)
    and ``words`` and the buttons ``accept``, unless none are ``left``, and ``decline`` as ``do``, ``write`` and
    ``cancel`` the field ``words``. ``left`` is set where fewer are left than they ask for.
    ``decide`` has the field ``words`` and for each of the ``outcomes`` a button as ``do``, for who runs the site.
    ``reschedule`` names another time: it has the fields ``first`` and ``last``, with ``asks_times`` also ``starts`` and
    ``ends``, those of the end alone with ``only_end``, and ``words``.
    ``measure`` has the field ``weight`` or ``hours``, as ``measures`` says, and the box ``sure`` where what was typed
    is ``doubted``; ``measured`` is set where something is known already.
    ``tell_path`` leads an owner to where they tell its story, once it has happened.
    ``code`` is what the reader says aloud, ``meet`` has the field ``code`` for the other side's; ``compares`` while one
    that was typed is being compared at another site; ``scanned`` where a picture has brought the other side's along.
    ``erase`` forgets who asked; ``is_forgotten`` says to them that it
    is done; ``kept_elsewhere`` is the site that knows their name and address in place of this one.
    ``stop`` is for who answers for another node and never asked to be asked: it wants no requests any more, or,
    where it is ``stopped``, wants them again; ``stop_open`` shows it at once.
    ``unsent`` are words that somebody typed into a form that is not there any more.

    ``here_path`` is the page itself, ``bay_path`` a copy of it for a place without a connection: a view that
    ``is_copy`` names nobody.
    """

    listing: Link
    state: str
    lead: str
    manners: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    letters: tuple[ExchangeLetter, ...] = ()
    presses: tuple[ExchangePress, ...] = ()
    answer: Form | None = None
    many: int = 0
    left: int | None = None
    write: Form | None = None
    cancel: Form | None = None
    decide: Form | None = None
    outcomes: tuple[Choice, ...] = ()
    reschedule: Form | None = None
    asks_times: bool = False
    only_end: bool = False
    note: str = ""
    measure: Form | None = None
    measures: str = ""
    measured: bool = False
    doubted: bool = False
    method_path: str = ""
    here_path: str = ""
    bay_path: str = ""
    is_copy: bool = False
    compares: bool = False
    code: str = ""
    qr_path: str = ""
    meet: Form | None = None
    scanned: bool = False
    erase: Form | None = None
    is_forgotten: bool = False
    kept_elsewhere: str = ""
    take_path: str = ""
    stop: Form | None = None
    stopped: bool = False
    stop_open: bool = False
    wrong: Form | None = None
    unsent: str = ""
    tell_path: str = ""


@dataclass(frozen=True, slots=True)
class ExchangePage:
    """portal/exchange.html: an exchange by a link in a mail. Without ``view`` the link is none of ours, or over."""

    head: Head
    view: ExchangeView | None = None


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """portal/meeting.html: where a scanned picture leads somebody whom this browser does not know.

    ``code`` is that of the other side, ``desk_path`` leads who looks after it on to the desk. ``own_path`` is the page
    of somebody who has scanned their own. ``signed_in_as`` is who came to the desk with it, and may not confirm it.
    """

    head: Head
    code: str
    desk_path: str
    own_path: str = ""
    signed_in_as: str = ""


@dataclass(frozen=True, slots=True)
class DeskRequestsSection:
    """Requests of one kind: ``code`` is waiting, agreed, asked (of others) or over; ``total`` is how many there are.

    ``all_path`` leads to all of them where only the first stand here, and ``pager`` through them.
    """

    code: str
    rows: tuple[DeskRequestRow, ...]
    total: int = 0
    all_path: str = ""
    pager: Pager = ONE_PAGE


@dataclass(frozen=True, slots=True)
class DeskRequestsPage:
    """desk/requests.html: an organisation's requests, kind after kind, or those of one kind a page at a time.

    ``search`` has the field ``q``, and is None where there is nothing to find. ``back_path`` leads from one kind, and
    from what was found, to all. ``ask_path`` is where the organisation asks others for more.
    ``settings`` has the fields ``fairness`` (one of ``fairnesses``) and the box ``open``; ``turn`` says in which order
    those stand who wait.
    """

    head: Head
    desk: DeskFrame
    sections: tuple[DeskRequestsSection, ...] = ()
    search: Form | None = None
    back_path: str = ""
    settings: Form | None = None
    fairnesses: tuple[Choice, ...] = ()
    is_open: bool = True
    can_mail: bool = True
    ask_path: str = ""
    turn: str = ""


@dataclass(frozen=True, slots=True)
class DeskRequestPage:
    """desk/request.html: one exchange at the desk."""

    head: Head
    desk: DeskFrame
    back_path: str
    view: ExchangeView


@dataclass(frozen=True, slots=True)
class DeskAskPage:
    """desk/ask.html: asking another node, in the name of one's organisation. Without ``listing`` its address is asked.

    Fields of ``form``: ``listing``, and as in `AskPage`; ``site`` is where it is at home, ``fairness`` and ``needs``
    as that says them.
    """

    head: Head
    desk: DeskFrame
    back_path: str
    form: Form
    listing: Link | None = None
    organisation: str = ""
    site: str = ""
    is_want: bool = False
    many: int = 0
    asks_days: bool = False
    asks_times: bool = False
    terms: str = ""
    needs: tuple[Choice, ...] = ()
    fairness: str = ""


@dataclass(frozen=True, slots=True)
class DeskAskChoicePage:
    """desk/ask_as.html: in whose name something is asked for; ``places`` are the reader's organisations."""

    head: Head
    desk: DeskFrame
    places: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskReceiver:
    """Somebody who may have got something: ``code`` is what the button sends, ``kind`` what sort of organisation."""

    code: str
    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class DeskGivenPage:
    """desk/given.html: who has a thing that is gone. One press on somebody says it.

    ``form`` has the fields ``who``, which a button fills in, ``quantity`` where there are ``many``, and ``name``, by
    which organisations are looked for. ``people`` have asked, with ``recent`` something was exchanged before, ``found``
    are those ``looked_for``.
    """

    head: Head
    desk: DeskFrame
    title: str
    form: Form
    people: tuple[DeskReceiver, ...] = ()
    recent: tuple[DeskReceiver, ...] = ()
    found: tuple[DeskReceiver, ...] = ()
    looked_for: str = ""
    many: int = 0

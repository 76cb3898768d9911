"""The desk: what surrounds each of its pages, signing in, and its first pages.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.parts import Choice, Form, Head, Link
from node.web.view_models.request_rows import DeskRequestRow
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskTab:
    """A part of the desk in its navigation; so much waits there, and phones have what is ``daily`` in their row."""

    label: str
    path: str
    current: bool = False
    count: int = 0
    daily: bool = False


@dataclass(frozen=True, slots=True)
class DeskFrame:
    """What surrounds every page of the desk. ``sign_out`` is a form without fields.

    ``organisation`` is the one that the page is about, if any, and ``role`` (owner, editor or viewer) what the reader
    is there; ``places`` are all that they may open. ``flash`` is one sentence about what was just done, with
    ``flash_ok`` false if it did not work. ``moved_to`` is the node to which the organisation moved.
    """

    home_path: str
    account: str
    sign_out: Form
    organisation: str = ""
    role: str = ""
    tabs: tuple[DeskTab, ...] = ()
    places: tuple[Link, ...] = ()
    flash: str | None = None
    flash_ok: bool = True
    account_path: str = ""
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class DeskSignInPage:
    """desk/sign_in.html. ``state``: ask, signed_out, reset (the password), or that of a link: ready, used or expired.

    ``form`` has the fields ``email`` and ``password`` and carries ``next``; of a link that is ready it is one button.
    ``passkey`` is the form that a passkey answers instead, with what `js/passkey.js` asks at ``options_path``.
    """

    head: Head
    state: str
    form: Form
    reset_path: str = ""
    flash: str | None = None
    passkey: Form | None = None
    options_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskResetPage:
    """desk/reset.html: a new password by a mailed link.

    ``state``: ask (``form`` has the field ``email``), asked, no_mail, ready (``password``), used or expired.
    """

    head: Head
    state: str
    form: Form | None = None
    minutes: int = 60


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """An organisation that somebody may open, and what they are there."""

    name: str
    path: str
    role: str


@dataclass(frozen=True, slots=True)
class DeskDispute:
    """What both sides of a request see differently: ``path`` is where it is decided."""

    title: str
    organisation: str
    path: str
    since: datetime


@dataclass(frozen=True, slots=True)
class DeskHomePage:
    """desk/home.html: the organisations of who is signed in; ``new_path`` is for those who may add another.

    ``health_path`` is for those whom it concerns; of so many parts who runs the node is told that they are ``broken``,
    and what they have to decide are ``disputes``.
    """

    head: Head
    desk: DeskFrame
    places: tuple[DeskPlace, ...] = ()
    new_path: str = ""
    health_path: str = ""
    broken: int = 0
    disputes: tuple[DeskDispute, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskStep:
    """One thing to do at the beginning. Without ``path`` it is not its turn yet, or the ``button`` does it."""

    label: str
    path: str = ""
    done: bool = False
    button: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskTelling:
    """How the city's board hears of this node: ``propose_url`` is its form with our ``address`` in it, if known.

    ``board_url`` is that board once it reads us; nothing is proposed then.
    ``check`` is a button that reads our feed as a board would. ``checked`` is what came of it, a state of
    `node.services.validation.self_check`, with the ``count`` of listings that a board would show and what is
    ``wrong``, a title or nothing with a sentence.
    """

    address: str
    propose_url: str = ""
    board_url: str = ""
    check: Form | None = None
    checked: str = ""
    count: int = 0
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeskOverviewPage:
    """desk/overview.html: how many listings an organisation has ``live``, ``over`` (expired) and ``withdrawn``.

    ``steps`` are what is to do at the beginning; none once all of it is done. ``public_path`` is its page for visitors.
    Who runs the node has ``all_path``, the other organisations, and is told that so many parts are ``broken``.
    ``due`` are requests whose day is near or past, ``due_path`` leads to all of them.
    ``to_tell`` is the latest handover that nobody has told the story of; ``tell_path`` begins that.
    """

    head: Head
    desk: DeskFrame
    live: int = 0
    over: int = 0
    withdrawn: int = 0
    steps: tuple[DeskStep, ...] = ()
    telling: DeskTelling | None = None
    new_path: str = ""
    import_path: str = ""
    public_path: str = ""
    health_path: str = ""
    broken: int = 0
    all_path: str = ""
    due: tuple[DeskRequestRow, ...] = ()
    due_path: str = ""
    to_tell: str = ""
    tell_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskSessionRow:
    """A browser that is signed in; ``device`` in a few words or empty, ``end`` a form that signs it out."""

    device: str
    since: datetime
    seen: datetime
    current: bool = False
    end: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskAccountPage:
    """desk/account.html. ``form`` has the fields ``name`` and ``language``; ``end_others`` signs other browsers out.

    With ``codes_on``, signing in asks for a code as well.
    """

    head: Head
    desk: DeskFrame
    email: str
    form: Form
    password_path: str = ""
    has_password: bool = False
    sessions: tuple[DeskSessionRow, ...] = ()
    end_others: Form | None = None
    codes_path: str = ""
    codes_on: bool = False
    passkeys_path: str = ""
    passkeys: int = 0
    languages: tuple[Choice, ...] = ()
    address_path: str = ""
    leave: tuple[Link, ...] = ()
    close_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskAddressPage:
    """desk/address.html: another e-mail address. ``email`` is the one that the account has.

    ``state``: ask (``form`` has the field ``email``), asked, no_mail, ready (a button, for ``new_email``), used,
    expired or taken.
    """

    head: Head
    desk: DeskFrame
    state: str
    back_path: str
    email: str = ""
    form: Form | None = None
    new_email: str = ""
    hours: int = 24


@dataclass(frozen=True, slots=True)
class DeskAddressUndoPage:
    """desk/address_undo.html: ``state`` is ready (with the button ``form``), used, expired or taken."""

    head: Head
    state: str
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskLeavingPage:
    """desk/leaving.html: leaving an ``organisation``, or without one closing the account, with the tick ``sure``.

    Without ``form`` it cannot be: of those that are ``blocked`` who asks is the last owner.
    """

    head: Head
    desk: DeskFrame
    back_path: str
    organisation: str = ""
    blocked: tuple[str, ...] = ()
    last_operator: bool = False
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskPasswordPage:
    """desk/password.html: ``form`` has the field ``password`` and shows ``email`` to password managers.

    On the ``first`` one, ``later_path`` leads on without.
    """

    head: Head
    desk: DeskFrame
    form: Form
    first: bool = False
    later_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskProvePage:
    """desk/prove.html: proving once more who one is. ``form`` has the field ``password`` and carries ``next``.

    Not ``by_password`` where the account has none: then a new link is the only way.
    """

    head: Head
    desk: DeskFrame
    form: Form
    by_password: bool = True
    passkey: Form | None = None
    options_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskCodesPage:
    """desk/codes.html: codes of an app as a second proof.

    ``recovery`` are codes to be kept, shown this once; with ``confirm`` (field ``code``) the app is being set up, with
    the ``secret`` in letters and as a picture at ``qr_path``; with ``renew`` and ``off`` it is on, and so many
    recovery codes are ``left``; else ``begin`` sets it up.
    """

    head: Head
    desk: DeskFrame
    begin: Form
    confirm: Form | None = None
    secret: str = ""
    qr_path: str = ""
    recovery: tuple[str, ...] = ()
    left: int = 0
    renew: Form | None = None
    off: Form | None = None
    account_path: str = "/desk/account"


@dataclass(frozen=True, slots=True)
class DeskPasskeyRow:
    """A passkey, what its device is called, and when it was used last; ``remove`` is a button."""

    name: str
    made: datetime
    remove: Form
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskPasskeysPage:
    """desk/passkeys.html. ``form`` (field ``name``) is answered by the device; not ``available`` without https."""

    head: Head
    desk: DeskFrame
    form: Form
    options_path: str
    available: bool = True
    passkeys: tuple[DeskPasskeyRow, ...] = ()

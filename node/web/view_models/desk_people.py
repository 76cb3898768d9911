"""The desk: members of an organisation, invitations, and the log of who did what.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import ONE_PAGE, Choice, Form, Head, Pager
from schemas.records import dataclass

__all__ = [
    "DeskInvitationPage",
    "DeskInvitationRow",
    "DeskLogPage",
    "DeskLogRow",
    "DeskMemberRow",
    "DeskMembersPage",
    "DeskTokenRow",
    "DeskTokensPage",
]


@dataclass(frozen=True, slots=True)
class DeskMemberRow:
    """One member. For owners, ``change`` has the field ``role``, ``remove`` the box ``sure``; both carry ``account``.

    ``key`` is different for each, ``me`` true for who reads the page.
    """

    name: str
    email: str
    role: str
    since: datetime
    key: str
    me: bool = False
    change: Form | None = None
    remove: Form | None = None
    roles: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskInvitationRow:
    """An invitation that nobody has answered; ``over`` if it is too old. Its forms are buttons."""

    email: str
    role: str
    by: str
    sent: datetime
    ends: datetime
    over: bool
    resend: Form
    withdraw: Form


@dataclass(frozen=True, slots=True)
class DeskMembersPage:
    """desk/members.html. ``invite``, for owners, has the fields ``email`` and ``role`` (of ``roles``).

    ``link`` is what was just made and is shown this once, to be handed on to ``link_for``; it is good for ``days``.
    """

    head: Head
    desk: DeskFrame
    members: tuple[DeskMemberRow, ...] = ()
    invitations: tuple[DeskInvitationRow, ...] = ()
    invite: Form | None = None
    roles: tuple[Choice, ...] = ()
    link: str | None = None
    link_for: str = ""
    days: int = 7


@dataclass(frozen=True, slots=True)
class DeskInvitationPage:
    """desk/invitation.html: what somebody is invited to; without an ``organisation`` the link is not open any more.

    ``form`` is one button for the ``account`` that is signed in, else it has the fields ``name`` and ``password``.
    There is none where the address has an account: that signs in first, at ``sign_in_path``. ``leave`` signs out
    an account to whose address the invitation was not sent, and comes back.
    """

    head: Head
    organisation: str = ""
    role: str = ""
    by: str = ""
    email: str = ""
    form: Form | None = None
    account: str = ""
    sign_in_path: str | None = None
    leave: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskLogRow:
    """One thing that was done; not ``whole`` where the entry is not as it was written."""

    at: datetime
    who: str
    action: str
    subject: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class DeskLogPage:
    """desk/log.html: who did what, the newest first."""

    head: Head
    desk: DeskFrame
    entries: tuple[DeskLogRow, ...] = ()
    pager: Pager = ONE_PAGE


@dataclass(frozen=True, slots=True)
class DeskTokenRow:
    """A token of another program, what it may do, and when it was used last; ``remove`` is a button."""

    name: str
    scopes: tuple[str, ...]
    by: str
    made: datetime
    remove: Form
    used: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeskTokensPage:
    """desk/tokens.html. ``form`` has the fields ``name`` and ``scopes``; ``secret`` is shown this once, of ``made``.

    ``address`` is where programs ask, the beginning of every address of theirs.
    """

    head: Head
    desk: DeskFrame
    form: Form
    scopes: tuple[Choice, ...] = ()
    tokens: tuple[DeskTokenRow, ...] = ()
    secret: str | None = None
    made: str = ""
    address: str = ""

"""Sending what is in the outbox: in the worker, with leases, patience and an end to it.

A mail is tried again while the fault may pass: the server is away, asks for patience (4xx), or does not let this node
in. What it refuses for good (5xx, for the recipient or the message) has failed. After `PATIENCE_S` it is given up, and
the operator is told. A server that takes a mail and falls silent before saying so gets it again, under the same
Message-ID: that is the one way in which a mail can arrive twice. When the worker stops, no further mail is begun, and a
server that says nothing is waited for some seconds only (`node.lines`); its mail waits untried.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from node.context import Node
from node.services.alerts import bounces as alert_bounces
from node.services.mail.letters import Letter, MailError, build, deliverable
from node.services.mail.mail_settings import can_mail, sender_address, smtp_password
from node.settings import SettingError
from node.storage import heartbeats, outbox
from node.storage.engine import StorageError
from node.storage.outbox import FAILED, SENT, Mail
from schemas.records import dataclass

AT_ONCE = 10
LEASE_S = 600
SPARE_S = 240
"""With less of the lease left than this, no further mail is begun: one may take as long."""
TIMEOUT_S = 30.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60, 6 * 3600
HOUR_S, DAY_S = 3600, 86_400
KNOCK = "mail-server"
"""Name of the heartbeat of asking the mail server, with what was met."""
PATIENCE_S = 4 * DAY_S
KEPT_S, CAPTURED_S = 30 * DAY_S, 7 * DAY_S
_LONGEST_PROBLEM = 300
_SHORTEST_NAME = 3
"""Shorter ones are words as well."""
_CLOSING = 421
_DETAIL = re.compile(r"5\d\d[ -]([245])\.(\d{1,3})\.\d{1,3}\b")
_MAILBOX_CODES = ("550", "551", "552", "553")
_ABOUT_US = re.compile(
    r"block|black|deny|denied|listed|polic|reject.{0,20}(?:spam|ip)|reputation|relay|spam|spf|dkim", re.IGNORECASE
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a mail did not go. ``final``: another try would end alike. ``ours``: no other mail would go either.

    ``address``: nobody is there to write to, whoever writes.
    """

    problem: str
    final: bool = False
    ours: bool = False
    address: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """How a node's mail is doing: what waits after a failed try, what was given up within a week, and why."""

    late: int = 0
    failed: int = 0
    problem: str = ""


class Postman:
    """Sends the mails of one node. Any process may have one."""

    def __init__(self, node: Node, timeout_s: float = TIMEOUT_S) -> None:
        self._node, self._timeout_s = node, timeout_s
        self._delivered: set[int] = set()

    def deliver(self) -> int:
        """Send what is due, at most `AT_ONCE`; how many mails a server took. Does nothing where mails are captured."""
        settings = self._node.settings
        if settings.mail_capture or not settings.smtp_host or self._node.lines.are_ending():
            return 0
        with self._node.database.write() as tx:
            claimed = outbox.claim(tx, self._node.now, LEASE_S, AT_ONCE)
        mails = [mail for mail in claimed if not self._is_over(mail)]
        return self._send_all(mails) if mails else 0

    def _is_over(self, mail: Mail) -> bool:
        """Settle what needs no sending: delivered already, or of no use any more."""
        if mail.id in self._delivered:
            self._settle(mail, SENT)
            return True
        if mail.useless_at is not None and mail.useless_at <= self._node.now:
            self._settle(mail, FAILED, mail.problem or "it could not be sent in time")
            return True
        return False

    def _send_all(self, mails: list[Mail]) -> int:
        sent, waiting = 0, list(mails)
        try:
            with connected(self._node, self._timeout_s) as server:
                while (
                    waiting and waiting[0].lease_until - self._node.now > SPARE_S and not self._node.lines.are_ending()
                ):
                    fault = self._send(server, mail := waiting.pop(0))
                    sent += fault is None
                    if fault is not None:
                        self._met(mail, fault)
                    if fault is not None and fault.ours:
                        break
        except _NoConnectionError as error:
            self._met(waiting.pop(0), error.fault)
        self._give_back(waiting)
        return sent

    def _met(self, mail: Mail, fault: Fault) -> None:
        if fault.ours and self._node.lines.are_ending():
            # It may be us who hung up: no try of this mail.
            self._give_back([mail])
        else:
            self._failed(mail, fault)

    def _send(self, server: smtplib.SMTP, mail: Mail) -> Fault | None:
        try:
            server.sendmail(sender_address(self._node.settings), [mail.recipient], mail.message.encode("ascii"))
        except (smtplib.SMTPException, OSError) as error:
            return fault_of(error, mail.recipient)
        # From here on this mail is never sent again by this process, even if the database cannot be told.
        self._delivered.add(mail.id)
        self._settle(mail, SENT)
        return None

    def _settle(self, mail: Mail, state: str, problem: str = "", address: bool = False) -> None:
        try:
            with self._node.database.write() as tx:
                mine = outbox.settle(tx, mail, state, self._node.now, problem)
                if mine and state == SENT:
                    alert_bounces.taken(tx, mail.topic)
                elif mine and address:
                    alert_bounces.refused(tx, mail.topic, self._node.now)
        except StorageError:
            log.exception("mail %d is %s, but the database could not be told; it will be later", mail.id, state)
            return
        self._delivered.discard(mail.id)

    def _failed(self, mail: Mail, fault: Fault) -> None:
        now = self._node.now
        first = now if mail.tried_at is None else mail.tried_at
        due_at = now + pause_s(mail.tries)
        if fault.final or due_at > first + PATIENCE_S:
            log.warning("mail %d is given up: %s", mail.id, fault.problem)
            self._settle(mail, FAILED, fault.problem, fault.address)
            return
        with self._node.database.write() as tx:
            outbox.postpone(tx, mail, now, due_at, fault.problem)

    def _give_back(self, mails: list[Mail]) -> None:
        if mails:
            with self._node.database.write() as tx:
                for mail in mails:
                    outbox.release(tx, mail)


def pause_s(tries: int) -> int:
    """How long to wait after a failed try, in seconds, when there were ``tries`` before it."""
    return int(min(FIRST_PAUSE_S * 4 ** min(tries, 10), LONGEST_PAUSE_S))


class _NoConnectionError(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


@contextmanager
def connected(node: Node, timeout_s: float) -> Iterator[smtplib.SMTP]:
    """A session with the mail server, signed in."""
    with node.lines.kept() as mine:
        try:
            server = _session(node, mine, timeout_s)
        except (smtplib.SMTPException, OSError, SettingError) as error:
            raise _NoConnectionError(Fault(f"no session with the mail server: {_said(error)}", ours=True)) from error
        try:
            yield server
        finally:
            _leave(server)


def _session(node: Node, mine: list[socket.socket], timeout_s: float) -> smtplib.SMTP:
    class Plain(smtplib.SMTP):
        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            return node.lines.connect(mine, host, port, timeout)

    class Tls(smtplib.SMTP_SSL, Plain):
        """Wraps what the other connects."""

    settings = node.settings
    password = smtp_password(settings) if settings.smtp_user else ""
    place, me = (settings.smtp_host, settings.smtp_port), urlsplit(settings.url).hostname
    if settings.smtp_security == "tls":
        secure = ssl.create_default_context()
        server: smtplib.SMTP = Tls(*place, me, timeout=timeout_s, context=secure)
    else:
        server = Plain(*place, me, timeout=timeout_s)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, password)
    except (smtplib.SMTPException, OSError):
        server.close()
        raise
    return server


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def fault_of(error: Exception, recipient: str) -> Fault:
    """What an error of one mail means for it and for the others. The recipient is not named in it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()), (0, b""))
        answer = f"{code} {_text(said)}"
        return Fault(_without(answer, recipient), final=code >= 500, address=is_about_the_address(answer))
    if isinstance(error, smtplib.SMTPSenderRefused):
        # Whatever the code, it is about this node: someone can put it right before patience ends.
        return Fault(_without(_said(error), recipient), ours=True)
    if isinstance(error, smtplib.SMTPResponseException):
        closes = error.smtp_code == _CLOSING
        return Fault(_without(_said(error), recipient), final=error.smtp_code >= 500, ours=closes)
    return Fault(_without(_said(error), recipient), ours=True)


def is_about_the_address(answer: str) -> bool:
    """Whether a refusal of a recipient means that nobody is there: by its code (RFC 3463), else by what it says.

    Of codes without that detail, 550 to 553 are about a mailbox (RFC 5321), unless the words are of who sends.
    """
    detailed = _DETAIL.match(answer)
    if detailed:
        return detailed[1] == "5" and detailed[2] in ("1", "2")
    return answer.startswith(_MAILBOX_CODES) and not _ABOUT_US.search(answer)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _without(problem: str, recipient: str) -> str:
    """What was met, in one line that does not name whom the mail was for, as servers like to do in their own way."""
    plain = "".join(letter if letter.isprintable() else " " for letter in problem)
    local = recipient.rpartition("@")[0]
    named = "|".join(re.escape(one) for one in (recipient, local) if len(one) >= _SHORTEST_NAME)
    whole = rf"(?<![\w.+-])(?:{named})(?![\w-])"
    return re.sub(whole, "the address", plain, flags=re.IGNORECASE)[:_LONGEST_PROBLEM]


def knock(node: Node, timeout_s: float = TIMEOUT_S) -> bool:
    """Ask the mail server whether it lets this node in, so that it shows before a mail has to wait.

    Whether it was asked: it is once an hour where no mail was sent meanwhile, and at each call while it does not.
    """
    settings = node.settings
    if settings.mail_capture or not settings.smtp_host or node.lines.are_ending():
        return False
    with node.database.read() as tx:
        sent, asked = outbox.last_sent(tx), heartbeats.by_name(tx, KNOCK)
    known = max(sent or 0, asked.at if asked and not asked.problem else 0)
    if 0 <= node.now - known < HOUR_S:
        return False
    problem = ""
    try:
        with connected(node, timeout_s):
            pass
    except _NoConnectionError as error:
        if node.lines.are_ending():
            return False
        problem = error.fault.problem
    with node.database.write() as tx:
        heartbeats.beat(tx, KNOCK, node.now, problem)
    return True


def send_now(node: Node, letters: Sequence[Letter], timeout_s: float = TIMEOUT_S) -> int:
    """Send letters past the outbox, where the database cannot take them; how many a server took."""
    if node.settings.mail_capture or not can_mail(node.settings):
        return 0
    sent = 0
    try:
        with connected(node, timeout_s) as server:
            for letter in letters:
                message = build(node, letter).as_bytes()
                server.sendmail(sender_address(node.settings), [deliverable(letter.to)], message)
                sent += 1
    except (_NoConnectionError, smtplib.SMTPException, OSError, MailError) as error:
        log.warning("what is broken could not be mailed: %s", error)
    return sent


def how_it_is(node: Node) -> Post:
    """How this node's mail is doing."""
    since = node.now - 7 * DAY_S
    with node.database.read() as tx:
        failed = outbox.count(tx, FAILED, since)
        late, problem = outbox.late(tx)
        return Post(late, failed, problem or outbox.last_failure(tx, since))


def tidy(node: Node) -> None:
    """Forget mails that were settled a month ago, and captured ones after a week."""
    with node.database.write() as tx:
        outbox.forget(tx, node.now - KEPT_S, node.now - CAPTURED_S)

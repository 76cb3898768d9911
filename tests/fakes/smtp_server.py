"""A mail server on loopback that answers as it is told, and keeps what it took."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that was taken: envelope and content."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


@dataclass(slots=True)
class MailServer:
    """Speaks SMTP (RFC 5321) as far as the tests need.

    ``script`` has a word for each mail to come: ``rcpt CODE``, ``mail CODE``, ``data CODE`` (refused there, with more
    after the code if there is more),
    ``drop data`` (goes away in the middle of the content), ``drop taken`` (takes it, and goes away without a word),
    ``hang mail``, ``hang taken`` (says nothing there until ``speak`` is set, and sets ``hung``). Any further mail is
    taken. ``greeting`` is the first line that a client reads.
    """

    script: deque[str] = field(default_factory=deque)
    greeting: str = "220 fake ready"
    taken: list[Taken] = field(default_factory=list)
    sessions: int = 0
    speak: threading.Event = field(default_factory=threading.Event)
    hung: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    _server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> Self:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                outer.sessions += 1
                with contextlib.suppress(OSError, EOFError):
                    _Session(outer, self).run()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._server is not None
        self.speak.set()
        self._server.shutdown()
        self._server.server_close()

    def messages(self) -> list[EmailMessage]:
        return [taken.message for taken in self.taken]


class _Session:
    def __init__(self, server: MailServer, connection: socketserver.StreamRequestHandler) -> None:
        self.server, self.connection = server, connection
        self.sender = self.recipient = self.word = ""

    def say(self, line: str) -> None:
        self.connection.wfile.write(line.encode() + b"\r\n")

    def hear(self) -> str:
        line = self.connection.rfile.readline()
        if not line:
            raise EOFError
        return line.decode("ascii").rstrip("\r\n")

    def run(self) -> None:
        self.say(self.server.greeting)
        while self.server.greeting.startswith("2"):
            verb, _, rest = self.hear().partition(" ")
            answer = getattr(self, f"on_{verb.lower()}", None)
            if answer is None:
                self.say("500 what")
            elif answer(rest) is False:
                return

    def refuses(self, step: str) -> bool:
        at, _, code = self.word.partition(" ")
        if at == step and code[:3].isdigit():
            self.say(f"{code} no <{self.recipient or 'you'}>")
            return True
        return False

    def hangs(self, step: str) -> None:
        if self.word == f"hang {step}":
            self.server.hung.set()
            self.server.speak.wait(30)

    def on_ehlo(self, _: str) -> None:
        self.say("250 fake")

    def on_mail(self, rest: str) -> None:
        self.word = self.server.script.popleft() if self.server.script else ""
        self.sender = rest.partition("<")[2].partition(">")[0]
        self.hangs("mail")
        if not self.refuses("mail"):
            self.say("250 fine")

    def on_rcpt(self, rest: str) -> None:
        self.recipient = rest.partition("<")[2].partition(">")[0]
        if not self.refuses("rcpt"):
            self.say("250 fine")

    def on_data(self, _: str) -> bool | None:
        self.say("354 go on")
        content = b""
        while (line := self.connection.rfile.readline()) != b".\r\n":
            if not line:
                raise EOFError
            if self.word == "drop data":
                return False
            content += line[1:] if line.startswith(b"..") else line
        if self.refuses("data"):
            return None
        self.server.taken.append(Taken(self.sender, self.recipient, content))
        if self.word == "drop taken":
            return False
        self.hangs("taken")
        self.say("250 taken")
        return None

    def on_rset(self, _: str) -> None:
        self.say("250 fine")

    def on_quit(self, _: str) -> bool:
        self.say("221 bye")
        return False

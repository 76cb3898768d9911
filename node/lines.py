"""The connections on which a worker waits for a mail server, so that they can be ended when the program is.

A server that has fallen silent is waited for half a minute, and whoever stops a service kills it sooner. What a server
is about to say is waited for all the same, for some seconds: a mail that it has taken should be known as sent.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from threading import Lock, Timer

GRACE_S = 8.0
"""Service managers kill after ten."""


class HungUpError(OSError):
    """There are no connections any more, as the program ends."""


class Lines:
    """The open connections of one node."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._ending, self._ended = False, False

    def are_ending(self) -> bool:
        """Whether nothing new should be begun."""
        return self._ending

    @contextlib.contextmanager
    def kept(self) -> Iterator[list[socket.socket]]:
        """A list for the sockets of one conversation, which `connect` fills."""
        mine: list[socket.socket] = []
        try:
            yield mine
        finally:
            with self._lock:
                self._open.difference_update(mine)
            for one in mine:
                one.close()

    def connect(self, mine: list[socket.socket], host: str, port: int, timeout_s: float) -> socket.socket:
        """A connection that `end` ends, even while it is being made. Raises `OSError`."""
        fault = OSError(f"{host} has no address")
        for family, kind, number, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
            made = socket.socket(family, kind, number)
            try:
                made.settimeout(timeout_s)
                self._keep(mine, made)
                made.connect(address)
            except OSError as error:
                made.close()
                fault = error
            else:
                return made
        raise fault

    def _keep(self, mine: list[socket.socket], made: socket.socket) -> None:
        # A second handle to the same connection: TLS takes the first one away.
        other = made.dup()
        mine.append(other)
        with self._lock:
            if self._ended:
                raise HungUpError("the node is being stopped")
            self._open.add(other)

    def end(self, grace_s: float = GRACE_S) -> None:
        """Begin nothing new from now on, and end what still goes on in ``grace_s`` seconds; returns at once."""
        self._ending = True
        timer = Timer(grace_s, self._hang_up)
        timer.daemon = True
        timer.start()

    def _hang_up(self) -> None:
        with self._lock:
            self._ended = True
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

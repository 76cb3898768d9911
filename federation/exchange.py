"""The limits of one fetch: a wall-clock deadline and a count of the bytes that came over the wire.

Refuses to use a watchdog: every wait asks here how long it may still last. A ``timeout`` of requests is per read,
so a server that sends one byte a second would keep a reader for ever; and a timer that shuts sockets down can hit a
connection that has since gone back to its pool.
"""

from __future__ import annotations

from time import monotonic

from federation.fetch_error import GuardError

HEADER_WIRE_BYTES = 64 * 1024


class Exchange:
    """State of the fetch that one thread is doing; its pooled connections share it, so it is restarted, not replaced.

    ``received``: bytes read in this hop. ``opened``: connections begun in this hop.
    """

    __slots__ = ("_ends", "_limit", "_seconds", "_what", "opened", "received")

    def __init__(self) -> None:
        self._seconds = 0.0
        self._ends = 0.0
        self.next_hop()

    def start(self, seconds: float) -> None:
        """Begin a fetch that must be over in ``seconds``, redirects included."""
        self._seconds = seconds
        self._ends = monotonic() + seconds
        self.next_hop()

    def next_hop(self) -> None:
        """Begin one request: until its header is read, only a header's worth of bytes may arrive."""
        self.received = 0
        self.opened = 0
        self._limit = HEADER_WIRE_BYTES
        self._what = "header"

    def expect_body(self, wire_bytes: int) -> None:
        """The header is read: ``wire_bytes`` more may arrive, framing included."""
        self._limit = self.received + wire_bytes
        self._what = "body"

    def remaining(self) -> float:
        """Seconds left, above zero; raises `GuardError` ``deadline`` when there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise self.overdue()
        return left

    def overdue(self) -> GuardError:
        return GuardError("deadline", f"no whole answer came within {self._seconds:g} seconds")

    def count(self, received: int) -> None:
        """Add bytes read from the wire; raises `GuardError` ``too-large`` beyond the limit."""
        self.received += received
        if self.received > self._limit:
            raise GuardError("too-large", f"the {self._what} of the answer is larger than {self._limit:,} bytes")

"""Ends processes whose owner is no more: killed outright, it could not stop them itself.

Reads process ids from its standard input, ``+ID`` for one that was started and ``-ID`` for one that has ended. When the
input ends, so has the owner, and whatever is still on the list is stopped.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_S = 10.0


def left(lines: Iterable[str]) -> set[int]:
    """The ids that are still on the list when the lines end."""
    running: set[int] = set()
    for line in lines:
        change = running.add if line.startswith("+") else running.discard
        change(int(line[1:]))
    return running


def send(number: int, ids: Iterable[int]) -> set[int]:
    """Send a signal to each; the ids of those that were still there."""
    there = set()
    for one in ids:
        try:
            os.kill(one, number)
        except OSError:
            continue
        there.add(one)
    return there


def main() -> None:
    """Wait for the end of the owner, then stop what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    there = send(signal.SIGTERM, left(sys.stdin))
    deadline = time.monotonic() + GRACE_S
    while there and time.monotonic() < deadline:
        time.sleep(0.1)
        there = send(0, there)
    send(signal.SIGKILL, there)


if __name__ == "__main__":
    main()

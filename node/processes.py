"""Other processes of this program, for work that would hold the interpreter too long."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread

_PATIENCE = 10


def spawned(workers: int) -> ProcessPoolExecutor:
    """That many processes, each started when it is first needed. Whoever asked for them also ends them."""
    # "spawn": a process with threads and database connections must not be forked.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_follow_the_parent)


def give_way() -> None:
    """Let this process wait where others need the machine: nobody looks on while it works. Not on Windows."""
    if hasattr(os, "nice"):
        os.nice(max(0, _PATIENCE - os.nice(0)))


def _follow_the_parent() -> None:
    give_way()
    # Ctrl-C reaches every process of a terminal; the parent ends its own when what is being done is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that was killed says nothing: its children would wait for work for ever.
    Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

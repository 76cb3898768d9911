"""What goes wrong, written to standard error, where service managers look for it; of nobody in particular.

What a database or a mail server says of a fault can name whom it was about. So no line leaves here with an address of
a person, or with the values that PostgreSQL adds to its errors.
"""

from __future__ import annotations

import logging
import re

_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_VALUES = re.compile(r"^[ \t]*(?:DETAIL|CONTEXT|HINT|LINE \d+): .*\n?", re.MULTILINE)


class Discreet(logging.Formatter):
    """Lines as they are read in a log, without what is personal in them."""

    def format(self, record: logging.LogRecord) -> str:
        return _ADDRESS.sub("(an address)", _VALUES.sub("", super().format(record)))


def start_logging() -> None:
    """Write what went wrong to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(_FORM))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    # That a turn was left out because the one before still ran is how the worker's clock is meant to go.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

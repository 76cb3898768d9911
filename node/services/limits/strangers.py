"""What strangers send by forms: texts that can be kept and read, an address to answer to, and where it came from.

The network address itself is never kept, only a keyed hash of it, by which too many from one place are noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

from marshmallow.exceptions import ValidationError

from node.context import Node
from node.services.limits.allowance import network_of
from schemas.errors import Problem, SharefeedError, pointer
from schemas.fields import Text, problems_of

_OUT = r"""\s\x00-\x1f\x7f-\x9f@<>"(),:;\\\[\]"""
MAIL_PATTERN = rf"[^{_OUT}]{{1,64}}@[^{_OUT}/]+\.[^{_OUT}/.]{{2,}}"
"""An e-mail address that can be written to, as Python and ECMA-262 have it."""
_MAIL = re.compile(MAIL_PATTERN + r"\Z")


class FormError(SharefeedError):
    """What was sent by a form and cannot be kept: ``problems`` says why by field (JSON Pointers), never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class FormLimitError(FormError):
    """Too much of it, from one address or in all; ``retry_s`` is when it is worth trying again, in seconds."""

    def __init__(self, problem: Problem, retry_s: int) -> None:
        self.retry_s = retry_s
        super().__init__([problem])


def text_problems(field: str, text: str, limit: int) -> list[Problem]:
    """What is wrong with the text of a field that may have ``limit`` characters."""
    try:
        Text(limit=limit).deserialize(text)
    except ValidationError as error:
        return problems_of(error.messages, (field,))
    return []


def mail_problems(field: str, text: str) -> list[Problem]:
    """What is wrong with an e-mail address; the empty text is none, and fine."""
    if not text or _MAIL.match(text):
        return []
    return [Problem(pointer([field]), "bad-email", "This must be an e-mail address, such as name@example.org.")]


def sender_of(node: Node, purpose: str, from_address: str) -> str:
    """A keyed hash of the network (`network_of`) that the form came from.

    ``purpose`` keeps what one person sends for different purposes apart.
    """
    text = network_of(from_address)
    return hmac.new(node.settings.secret(), f"{purpose} from {text}".encode(), hashlib.sha256).hexdigest()

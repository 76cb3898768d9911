"""Why something cannot be done in an exchange, by code and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.records import dataclass

REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "over": "This is over: nothing more can be changed about it.",
        "not-yet": "This cannot be done yet.",
        "not-yours": "Only the other side can do this.",
        "too-few": "Say at least one.",
        "too-many-asked": "These are more than were asked for.",
        "too-many": "There are not so many left that are promised to nobody.",
        "already-accepted": "This was accepted already, with another quantity.",
        "too-early": "The day that was agreed has not come yet.",
        "busy": "Many wait for their answer already. Please try again in a few days.",
        "bad-outcome": "This cannot be the outcome.",
        "too-often": "This was taken back several times already. Write to them instead.",
        "elsewhere": "This is said by the link that you got when you asked.",
        "bad-time": "Choose a time that is to come, with its end after its beginning, and at most a year.",
        "no-time": "What is given away has no time of its own. Agree on one in a message.",
        "moved-often": "The time was changed several times today already. Write to them instead.",
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act changes nothing: ``code`` is one of `REFUSALS`."""

    code: str

    @property
    def sentence(self) -> str:
        return REFUSALS[self.code]

"""The words for how an exchange ended, and for how far its receipt can be believed."""

from __future__ import annotations

from collections.abc import Mapping

from node.voices import later as _l

STANDINGS: Mapping[str, str] = {
    "confirmed": _l("Both sides confirmed it"),
    "one_operator": _l("Confirmed, but both sides by one operator"),
    "one_sided": _l("Only one side confirmed it"),
    "differs": _l("The two sides contradict each other"),
    "not_handed_over": _l("Nothing was handed over, or nobody knows"),
}
STATES_AT_THE_END: Mapping[str, str] = {
    "received": _l("Handed over"),
    "returned": _l("Lent and brought back"),
    "declined": _l("The owner said no"),
    "withdrawn": _l("Who asked took it back"),
    "expired": _l("Nobody answered in time"),
    "cancelled": _l("Called off after a yes"),
    "no_show": _l("Nobody came"),
    "unknown": _l("Outcome not known"),
}
VOCABULARIES: Mapping[str, Mapping[str, str]] = {"standing": STANDINGS, "ended": STATES_AT_THE_END}

"""What the mails of an exchange say to either side in the same words; ``other`` is the side that does not read them."""

from __future__ import annotations

from collections.abc import Mapping

from node.voices import later
from schemas import exchange as rules
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A mail's subject, its sentence, and what its button says."""

    subject: str
    sentence: str
    button: str = later("See it and answer")


def _decided(sentence: str) -> Said:
    return Said(later("It is decided: %(title)s"), sentence, later("See it"))


TO_BOTH: Mapping[str, Said] = {
    rules.CANCELLED: Said(
        later("Called off: %(title)s"), later("%(other)s has called off what was agreed about “%(title)s”.")
    ),
    rules.HANDED_OVER: Said(
        later("Was it handed over? %(title)s"),
        later("%(other)s says that “%(title)s” was handed over. Is that so?"),
        later("Say whether it was"),
    ),
    rules.BROUGHT_BACK: Said(
        later("Is it back? %(title)s"), later("%(other)s says that “%(title)s” is back. Is that so?")
    ),
    rules.RETURNED: Said(
        later("It is back, thank you: %(title)s"), later("%(other)s has “%(title)s” back."), later("See it")
    ),
    rules.DISPUTED: Said(
        later("They see it differently: %(title)s"),
        later(
            "%(other)s does not agree about “%(title)s”; %(judge)s will look at it and reads what you both write "
            "there, so say what happened."
        ),
    ),
    "settle_received": _decided(later("%(judge)s has looked at “%(title)s” and decided: it was handed over.")),
    "settle_received_time": _decided(later("%(judge)s has looked at “%(title)s” and decided: it took place.")),
    "settle_returned": _decided(later("%(judge)s has looked at “%(title)s” and decided: it came back.")),
    "settle_cancelled": _decided(later("%(judge)s has looked at “%(title)s” and decided: nothing came of it.")),
    "settle_unknown": _decided(
        later(
            "%(judge)s has looked at “%(title)s” and decided that it was handed over. You have not said so, and here "
            "it is noted as not known."
        )
    ),
    "settle_unknown_time": _decided(
        later(
            "%(judge)s has looked at “%(title)s” and decided that it took place. You have not said so, and here it is "
            "noted as not known."
        )
    ),
    rules.UNKNOWN: Said(
        later("What became of it we do not know: %(title)s"),
        later("nobody has said what became of “%(title)s”, so we have noted that we do not know, and ask no more."),
        later("See it"),
    ),
    "unknown_lent": Said(
        later("What became of it we do not know: %(title)s"),
        later("nobody has confirmed that “%(title)s” is back, so we have noted that we do not know, and ask no more."),
        later("See it"),
    ),
    "unknown_half": Said(
        later("What became of it we do not know: %(title)s"),
        later(
            "only one of you has said that “%(title)s” was handed over, so we have noted that we do not know, and ask "
            "no more."
        ),
        later("See it"),
    ),
    "unknown_half_time": Said(
        later("What became of it we do not know: %(title)s"),
        later("only one of you has said that “%(title)s” took place, so we have noted that we do not know."),
        later("See it"),
    ),
    "letter": Said(later("A message about %(title)s"), later("%(other)s has written to you about “%(title)s”.")),
    "handed_over_time": Said(
        later("Did it take place? %(title)s"),
        later("%(other)s says that “%(title)s” took place. Is that so?"),
        later("Say whether it did"),
    ),
    "wrong_code": Said(
        later("That was not their code: %(title)s"),
        later(
            "the code that you typed for “%(title)s” was not that of %(other)s, so nothing is noted. Ask them again, "
            "or say by the link that it is done; then they are asked."
        ),
        later("Say what became of it"),
    ),
    "done_time": Said(
        later("What became of it? %(title)s"),
        later(
            "did “%(title)s” with %(other)s take place? One press says so; another one says that nothing came of it."
        ),
        later("Say what became of it"),
    ),
    "done_want": Said(
        later("What became of it? %(title)s"),
        later(
            "you and %(other)s have agreed about “%(title)s”. Was it done? One press says so; another one says that "
            "nothing came of it."
        ),
        later("Say what became of it"),
    ),
    "agreed": Said(
        later("Soon: %(title)s"),
        later(
            "“%(title)s” is agreed with %(other)s for %(day)s. When it is done, say so by the link, or tell us that it "
            "will not be."
        ),
    ),
    "agreed_today": Said(
        later("Today: %(title)s"),
        later(
            "“%(title)s” is agreed with %(other)s for today, %(day)s. When it is done, say so by the link, or tell us "
            "that it will not be."
        ),
    ),
    "agreed_no_day": Said(
        later("Is it done? %(title)s"),
        later(
            "you and %(other)s have agreed about “%(title)s”. When it is done, say so by the link, or tell us that it "
            "will not be. If you have not found a time for it yet, you can write to them there."
        ),
    ),
    "back": Said(
        later("To bring back: %(title)s"),
        later(
            "“%(title)s” is to be back with %(other)s on %(day)s. When it is, say so by the link; if you need it "
            "longer, write to them there."
        ),
    ),
    "back_today": Said(
        later("To bring back today: %(title)s"),
        later(
            "“%(title)s” is to be back with %(other)s today, %(day)s. When it is, say so by the link; if you need it "
            "longer, write to them there."
        ),
    ),
    "back_late": Said(
        later("Is it back already? %(title)s"),
        later(
            "“%(title)s” was to be back with %(other)s on %(day)s. If you have brought it back, say so by the link; if "
            "you need it longer, write to them there."
        ),
    ),
    "back_no_day": Said(
        later("Do you still need it? %(title)s"),
        later(
            "you have borrowed “%(title)s” from %(other)s, and no day was named for bringing it back. When it is back, "
            "say so by the link; if you need it longer, write to them there."
        ),
    ),
    "comes_back": Said(
        later("To come back: %(title)s"), later("“%(title)s” is to come back from %(other)s on %(day)s.")
    ),
    "comes_back_today": Said(
        later("To come back today: %(title)s"),
        later("“%(title)s” is to come back from %(other)s today, %(day)s. When it is back, say so by the link."),
    ),
    "comes_back_late": Said(
        later("Is it back already? %(title)s"),
        later(
            "“%(title)s” was to come back from %(other)s on %(day)s. If it is back, say so by the link; if not, you "
            "can write to them there."
        ),
    ),
    "comes_back_no_day": Said(
        later("Is it back already? %(title)s"),
        later(
            "%(other)s has borrowed “%(title)s”, and no day was named for bringing it back. If it is back, say so by "
            "the link; if not, you can write to them there."
        ),
    ),
}

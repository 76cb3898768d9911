"""Why an offer meets a want, in one line of a language. Pure."""

from __future__ import annotations

from node.services.catalogue.distances import distance
from node.services.catalogue.matching import CATEGORY, KIND, ROOM, THINGS, WORDS, Partner, Reason
from node.storage.catalogue import Shown
from node.voices import Voice
from schemas.labels import names_of
from schemas.vocabulary import fold


def why(shown: Shown, partner: Partner, voice: Voice, miles: bool) -> str:
    """The reasons in one line: "Both name desks, same category (Desk), about 2 km"."""
    vague = max((one.entry.facts.precision_m or 0.0) for one in (shown, partner.shown))
    said = [_said(reason, vague, voice, miles) for reason in partner.fit.reasons]
    line = ", ".join(dict.fromkeys(part for part in said if part))
    return line[:1].upper() + line[1:]


def _said(reason: Reason, vague_m: float, voice: Voice, miles: bool) -> str:
    if reason.code == THINGS:
        return _things(reason.values[0], reason.values[1], voice)
    if reason.code == KIND:
        wanted, offered = reason.values
        return voice.say("“%(offered)s” is a kind of “%(wanted)s”", offered=offered, wanted=wanted)
    if reason.code == WORDS:
        return voice.say("both say “%(words)s”", words=" ".join(reason.values))
    if reason.code == ROOM:
        name = names_of(reason.values[0], voice.language).label
        return voice.say("the kind of room that is looked for (%(category)s)", category=name)
    if reason.code == CATEGORY:
        name = names_of(reason.values[0], voice.language).label
        return voice.say("same category (%(category)s)", category=name)
    return distance((reason.km or 0.0) * 1000, vague_m, voice, miles)


def _things(wanted: str, offered: str, voice: Voice) -> str:
    if fold(wanted) == fold(offered):
        return voice.say("both name “%(thing)s”", thing=wanted)
    return voice.say("“%(offered)s” is another word for “%(wanted)s”", offered=offered, wanted=wanted)

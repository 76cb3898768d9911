"""What mails about alerts say of the alert itself, in the reader's language and on the clock of the site's town."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from node.languages import translations
from node.services.alerts.times import DAILY, INSTANT
from node.settings import Settings
from node.storage.alerts import Alert
from node.voices import Voice

LONGEST_WORDS = 100
_LURES = re.compile(r"://|www\.|@|\w\.\w{2,}")


class AlertWords:
    """The words of one alert."""

    def __init__(self, alert: Alert, settings: Settings) -> None:
        self.alert, self.settings = alert, settings
        self.voice = Voice(translations(alert.language, settings), alert.language.replace("-", "_"))
        self.site = settings.node_name

    def asked(self) -> str:
        """What somebody asked for: the first sentence of a mail to an address that has not confirmed it."""
        if not self.words or self.is_of_everything:
            return self._filled(
                self.voice.say(
                    "somebody, we hope it was you, asked %(site)s to write to this address when something new comes."
                )
            )
        if not self.alert.listing:
            return self._filled(
                self.voice.say(
                    "somebody, we hope it was you, asked %(site)s to write to this address when something new fits "
                    "this search: %(words)s."
                )
            )
        if self.is_of_want:
            return self._filled(
                self.voice.say(
                    "somebody, we hope it was you, asked %(site)s to write to this address when something is offered "
                    "that fits “%(words)s”."
                )
            )
        return self._filled(
            self.voice.say(
                "somebody, we hope it was you, asked %(site)s to write to this address when somebody looks for "
                "“%(words)s”."
            )
        )

    def asked_again(self) -> str:
        """The same in a mail to an address that has confirmed it already."""
        if not self.words or self.is_of_everything:
            return self._filled(self.voice.say("somebody, we hope it was you, asked %(site)s again for these mails."))
        return self._filled(
            self.voice.say(
                "somebody, we hope it was you, asked %(site)s again to write to this address about this: %(words)s."
            )
        )

    def often(self) -> str:
        """How often mails come."""
        if self.alert.frequency == INSTANT:
            return self.voice.say("Mails come as soon as there is something, ten minutes apart at least.")
        if self.alert.frequency == DAILY:
            return self.voice.say("A mail comes at 8 in the morning, on days when there is something to say.")
        return self.voice.say("A mail comes on Mondays at 8 in the morning, when there is something to say.")

    def confirm_subject(self) -> str:
        return self._filled(self.voice.say("Please confirm: mails from %(site)s"))

    def known_subject(self) -> str:
        return self._filled(self.voice.say("You get these mails from %(site)s already"))

    def moment(self, at: int) -> str:
        """A moment (seconds since 1970) as people there write it: "Thursday, 3 December, 09:00"."""
        here = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.settings.timezone))
        day = format_date(
            here, "EEEE d MMMM" if self.voice.locale.language == "en" else "full", locale=self.voice.locale
        )
        return f"{day}, {format_time(here, 'short', locale=self.voice.locale)}"

    def days(self, first: str | None, last: str | None, today: date) -> str:
        """The days on which something is to be had (ISO dates): "from 4 January 2027 until 26 March 2027".

        Of days that have begun only the end is said. Empty where there is nothing to say.
        """
        begun = first is None or date.fromisoformat(first) <= today
        start, end = (self._day(date.fromisoformat(one)) if one else "" for one in (None if begun else first, last))
        if start and end:
            return self.voice.say("from %(start)s until %(end)s") % {"start": start, "end": end}
        if start:
            return self.voice.say("from %(start)s") % {"start": start}
        return self.voice.say("until %(end)s") % {"end": end} if end else ""

    def gone(self, reason: str) -> str:
        """Why a listing is gone; ``reason`` is a word of the protocol, or empty."""
        if reason == "given" and self.is_of_want:
            return self.voice.say("They have what they were looking for.")
        if reason == "given":
            return self.voice.say("It has found a new home.")
        if reason == "withdrawn":
            return self.voice.say("The organisation took it down.")
        if reason == "expired":
            return self.voice.say("Its time on the board is over.")
        return self.voice.say("It was taken off the board.")

    def _day(self, day: date) -> str:
        return format_date(day, "d MMMM y" if self.voice.locale.language == "en" else "long", locale=self.voice.locale)

    @property
    def is_of_everything(self) -> bool:
        """Whether it is a search that asks for nothing in particular."""
        return not self.alert.search

    @property
    def is_of_want(self) -> bool:
        """Whether it is a want whose offers are told, and no offer whose wants are."""
        return self.alert.search == "direction=offer"

    @property
    def words(self) -> str:
        """What it is about; empty where a stranger may have typed something that leads elsewhere."""
        # Anyone may have typed these words for a stranger to read: nothing in them may lead anywhere.
        return "" if _LURES.search(self.alert.words) else self.alert.words[:LONGEST_WORDS]

    def _filled(self, text: str) -> str:
        return text % {"site": self.site, "words": self.words}

"""What the file README.txt in an export says. For whoever opens it in five years, without us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

_TEXT = """{name}: everything that it has at {url}
Made on {day}.

THIS FILE HOLDS NAMES AND ADDRESSES OF PEOPLE: those who booked something. Keep it where only those can read it who
look after bookings, and delete it when you do not need it any more.

What is in it
-------------
listings.csv      All listings as a table, for any spreadsheet program: {listings} of them, shown or not. It can be
                  imported again, here or at another place that runs Sharefeed; a row is known by its column "id".
feed.json         The same listings with nothing left out, as a JSON Feed 1.1. What only their own place knew of them
                  (whether they were shown, since when) stands in the member "_export" of each.
history.ndjson    What each listing said before, who changed it and when; a JSON object a line, the oldest first.
drafts.ndjson     What was still being written; a JSON object a line.
stories.ndjson    What was told of handovers, with what stood there before; a JSON object a line.
organisation.json The profile: name, what it does, addresses.
photos/           All photos, under the names by which listings know them. The folder "smaller" holds the same ones
                  as small pictures and as WebP.
calendars.json    For what can be booked: opening times, rules, closed days, addresses of other calendars.
bookings.csv      All bookings as a table.
bookings.ics      The same for calendar programs.
bookings.ndjson   The same with nothing left out; a JSON object a line.
requests.ndjson   What was asked for and what became of it, without who asked; a JSON object a line, the oldest first.
receipts.ndjson   The signed receipts of what was handed over, as the nodes of both sides published them; one a line.
manifest.json     What this file is, and every file in it with its size and its checksum (SHA-256).
SHA256SUMS        The checksums once more. "sha256sum -c SHA256SUMS" says whether everything is whole.

All text is UTF-8. Times are in UTC: in the .csv files as 2026-12-31T23:59:59Z, in the .json and .ndjson files as
seconds since 1970. In the .csv files, text that a spreadsheet program would run as a formula begins with an
apostrophe; the import takes it off again.

What is not in it: passwords, members and their addresses, tokens of programs, secret addresses of calendars, and the
log of who did what. Those belong to this one place. Invite your people anew at the next one.
"""


def readme(name: str, url: str, made_at: int, counts: Mapping[str, int]) -> bytes:
    """The text for an organisation of this name at the node with this address."""
    day = datetime.fromtimestamp(made_at, UTC)
    told = _TEXT.format(name=name, url=url, day=f"{day:%d %B %Y, %H:%M} UTC", listings=f"{counts['listings']:,}")
    # With the ends of lines that every editor shows as such, the simplest of Windows too.
    return told.replace("\n", "\r\n").encode()

"""What one cell of a spreadsheet means: a number, a day, a line, a list. Pure.

Lenient about how people write (1,200; 12 kg; 5 Dec 2026; 05/12/2026 day first), strict about what cannot be known:
nothing is guessed from a date that could not be, or from a formula that failed.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time, timedelta

from node.services.file_formats.spreadsheet import MAX_CELL, text_of
from node.services.file_formats.workbook import Cell
from schemas.errors import SharefeedError

_FAILED_FORMULA = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)\Z")
_GUARD = re.compile(r"'(?=[=+\-@\t\r])")
_RELATIVE = re.compile(r"\+\s*(\d{1,4})\s*(?:d|days?)\Z", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ].*)?\Z", re.DOTALL)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?:\s+\d{1,2}:\d\d(?::\d\d)?)?\Z")
_NAME = r"[^\W\d_]{3,12}"
_WORDED = re.compile(rf"(?:{_NAME}\.?,?\s+)?(\d{{1,2}})(?:st|nd|rd|th|\.)?\s+({_NAME})\.?,?\s+(\d{{4}})\Z")
_MONTH_FIRST = re.compile(rf"(?:{_NAME}\.?,?\s+)?({_NAME})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\Z")
_MONTHS = (
    *("jan sty", "feb lut", "mar mär mrz", "apr kwi", "may maj mai", "jun cze"),
    *("jul lip", "aug sie", "sep wrz", "oct okt paź paz", "nov lis", "dec dez gru"),
)
_MONTH_OF = {opening: month for month, names in enumerate(_MONTHS, start=1) for opening in names.split()}
"""The first three letters of its name, in English, Polish and German."""
_UNIT = re.compile(r"\s*(?:kgs?|kilos?|kilograms?|hours?|hrs?|h|metres?|m|°)\.?\Z", re.IGNORECASE)
_MONEY = re.compile(r"\A[£€$]\s*|\s*[£€$]\Z|\b(?:GBP|EUR|USD)\b")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_THOUSANDS_ELSEWHERE = re.compile(
    r"[+-]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,}|(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?)\Z"
)
"""1.234,50 as in German, 1 234,50 as in Polish. What 1.234 means is left to whoever knows what it counts."""
_EITHER = re.compile(r"[1-9]\d{0,2}\.\d{3}\Z")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d{1,6}\Z")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?\Z")


class CellError(SharefeedError):
    """A cell that does not say what its column needs; the message is a plain sentence."""


def words(cell: Cell) -> str:
    """The cell's text, trimmed, without the apostrophe that `guarded` puts before what could run as a formula.

    Raises `CellError` for a formula that failed and for more text than a cell of a spreadsheet can hold.
    """
    text = text_of(cell)
    if _FAILED_FORMULA.match(text):
        raise CellError(f"The formula in this cell failed ({text}).")
    if len(text) > MAX_CELL:
        raise CellError(
            f"This cell holds {len(text):,} characters. A quotation mark that is never closed is the usual cause."
        )
    return _GUARD.sub("", text, count=1) if text.startswith("'") else text


BOM = "\ufeff"
"""What every CSV file that is handed out begins with: without it Excel takes UTF-8 for the code page of the country."""


def guarded(text: str) -> str:
    """The text as it may stand in a CSV file: a spreadsheet must not run it as a formula (OWASP, CSV injection)."""
    risky = text[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{text}" if risky and not _PLAIN_NUMBER.match(text) else text


def line(cell: Cell) -> str:
    """Text on one line, with single blanks."""
    return " ".join(words(cell).split())


def paragraphs(cell: Cell) -> str:
    """Text with its line breaks as ``\\n``; the vertical tab and form feed of word processors are line breaks too."""
    text = words(cell).replace("\r\n", "\n")
    return re.sub("[\r\x0b\x0c\x85\u2028]", "\n", text).replace("\u2029", "\n\n")


def number(cell: Cell) -> int | float:
    """A finite number. "1,200" has thousands, "2,5" a decimal comma; a unit or a currency sign may stand with it."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        value = float(cell) if abs(cell) < 1e300 else math.inf
    else:
        value = _number_in(words(cell))
    if not math.isfinite(value):
        raise CellError("This number is too large to be read.")
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _number_in(text: str) -> float:
    bare = _UNIT.sub("", _MONEY.sub("", text).strip())
    if _THOUSANDS.match(bare):
        bare = bare.replace(",", "")
    elif _THOUSANDS_ELSEWHERE.match(bare):
        bare = re.sub(r"[.\s]", "", bare).replace(",", ".")
    elif _DECIMAL_COMMA.match(bare):
        bare = bare.replace(",", ".")
    if not _PLAIN_NUMBER.match(bare) or not bare.isascii():
        raise CellError("This must be a number.")
    return float(bare)


def count(cell: Cell) -> int | float:
    """A number of things. "1.200" is one number in English and another in German, so it is asked which."""
    if isinstance(cell, str) and _EITHER.match(words(cell)):
        digits = words(cell).replace(".", "")
        raise CellError(
            f"This may be {digits} or a good deal less. Write {digits}, without the point, if it is that many."
        )
    return number(cell)


def day(cell: Cell, today: date) -> date:
    """A calendar day: a date cell, 2026-12-05, 05/12/2026 (day first), 5 Dec 2026, "today", or +30d from today."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float | time):
        raise CellError("This cell is not formatted as a date.")
    text = " ".join(words(cell).split())
    if text.casefold() == "today":
        return today
    if relative := _RELATIVE.match(text):
        return _shifted(today, int(relative[1]))
    return _calendar_day(*_parts(text))


def day_or_moment(cell: Cell, today: date) -> date | datetime:
    """The same, or the very moment that 2026-12-31T18:00:00Z names (RFC 3339), in UTC."""
    text = line(cell) if isinstance(cell, str) else ""
    if not _MOMENT.match(text):
        return day(cell, today)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CellError("There is no such moment.") from error


def _shifted(today: date, days: int) -> date:
    return today + timedelta(days=days)


def _parts(text: str) -> tuple[int, int, int]:
    if iso := _ISO.match(text):
        return int(iso[1]), int(iso[3]), int(iso[4])
    if numbers := _DAY_FIRST.match(text):
        year = int(numbers[3])
        return (year if year > 99 else 2000 + year), int(numbers[2]), int(numbers[1])
    if (found := _worded(text)) is not None:
        return found
    raise CellError("This must be a date such as 2026-12-05 or 05/12/2026, or days from today such as +30d.")


def _worded(text: str) -> tuple[int, int, int] | None:
    """Year, month and day where the month is a word, before or after its day."""
    if said := _WORDED.match(text):
        day_of_month, name = said[1], said[2]
    elif said := _MONTH_FIRST.match(text):
        name, day_of_month = said[1], said[2]
    month = _MONTH_OF.get(name[:3].lower()) if said else None
    return (int(said[3]), month, int(day_of_month)) if said and month else None


def _calendar_day(year: int, month: int, day_of_month: int) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError as error:
        if month > 12 and day_of_month <= 12:
            raise CellError("There is no such date. The day comes first: 25/12/2026.") from error
        raise CellError("There is no such date.") from error


def several(cell: Cell, separators: str = ";") -> tuple[str, ...]:
    """The parts of a cell, trimmed, without empty ones and without repeats; a line break separates too."""
    parts = re.split(f"[{re.escape(separators)}\r\n]", words(cell))
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

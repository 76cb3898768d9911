"""Calendars elsewhere: what is read of them, what hostile ones cannot do, and that a failure loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from federation.fetch import Answer
from federation.fetch_error import FetchError
from node.context import Node
from node.services.bookings import busy
from node.services.bookings.arranging import put_rules
from node.services.bookings.busy_reading import busy_spans
from node.services.bookings.keeping import CalendarError
from node.services.bookings.making import book
from node.services.bookings.opening import Span
from node.services.bookings.refusals import BookingError
from node.services.bookings.rules import Rules
from node.storage.busy import BusyCalendar
from schemas.errors import DocumentError
from tests.fakes.bookable import EVERY_DAY, bookable, hour, wanted
from tests.fakes.hostile_server import HostileServer, answer
from tests.fakes.publisher import clock_of, publisher

LONDON = "Europe/London"
FIRST = int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2027, 12, 1, tzinfo=UTC).timestamp())
URL = "https://calendar.example/room.ics"


def ics(*events: str) -> bytes:
    """A calendar of events, each given as its lines between BEGIN and END, with ``|`` between them."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN"]
    for number, event in enumerate(events):
        stamp = "DTSTAMP:20261101T000000Z"
        lines += ["BEGIN:VEVENT", f"UID:{number}", stamp, *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(body: bytes) -> list[str]:
    def clock(moment: int) -> str:
        return f"{datetime.fromtimestamp(moment, UTC):%m-%d %H:%M}"

    return [f"{clock(starts)}/{clock(ends)}" for starts, ends in busy_spans(body, FIRST, LAST, LONDON)]


ONE = "DTSTART:20261202T090000Z|DTEND:20261202T110000Z"
READ = {
    "one": (ics(ONE), ["12-02 09:00/12-02 11:00"]),
    "one and one that touches it": (
        ics(ONE, "DTSTART:20261202T110000Z|DURATION:PT1H"),
        ["12-02 09:00/12-02 12:00"],
    ),
    "without a zone, on the clock of the town": (
        ics("DTSTART:20270601T090000|DTEND:20270601T100000"),
        ["06-01 08:00/06-01 09:00"],
    ),
    "with a zone": (
        ics("DTSTART;TZID=America/New_York:20261202T090000|DTEND;TZID=America/New_York:20261202T100000"),
        ["12-02 14:00/12-02 15:00"],
    ),
    "days": (ics("DTSTART;VALUE=DATE:20270601|DTEND;VALUE=DATE:20270603"), ["05-31 23:00/06-02 23:00"]),
    "a day without an end": (ics("DTSTART;VALUE=DATE:20261202"), ["12-02 00:00/12-03 00:00"]),
    "called off": (ics(ONE + "|STATUS:CANCELLED"), []),
    "nobody's time": (ics(ONE + "|TRANSP:TRANSPARENT"), []),
    "no time at all": (ics("DTSTART:20261202T090000Z|DTEND:20261202T090000Z"), []),
    "backwards": (ics("DTSTART:20261202T090000Z|DTEND:20261201T090000Z"), ["12-01 09:00/12-02 09:00"]),
    "over long ago, and far off": (ics("DTSTART:20201202T090000Z|DURATION:PT1H", "DTSTART:21201202T090000Z"), []),
    "begun before": (ics("DTSTART:20201202T090000Z|DTEND:20261201T120000Z"), ["12-01 00:00/12-01 12:00"]),
    "each week, by the clock on the wall": (
        ics("DTSTART;TZID=Europe/London:20270320T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=2"),
        ["03-20 09:00/03-20 10:00", "03-27 09:00/03-27 10:00"],
    ),
    "each week over the change of the clocks": (
        ics("DTSTART;TZID=Europe/London:20270327T090000|DURATION:PT1H|RRULE:FREQ=WEEKLY;COUNT=2"),
        ["03-27 09:00/03-27 10:00", "04-03 08:00/04-03 09:00"],
    ),
    "each day but one": (
        ics("DTSTART:20261202T090000Z|DURATION:PT1H|RRULE:FREQ=DAILY;COUNT=3|EXDATE:20261203T090000Z"),
        ["12-02 09:00/12-02 10:00", "12-04 09:00/12-04 10:00"],
    ),
    "a broken one beside a good one": (ics("DTSTART:nonsense", ONE), ["12-02 09:00/12-02 11:00"]),
    "with a mark of its bytes": (b"\xef\xbb\xbf" + ics(ONE), ["12-02 09:00/12-02 11:00"]),
    "none": (ics(), []),
}


@pytest.mark.parametrize(("body", "expected"), READ.values(), ids=READ)
def test_when_it_is_busy(body: bytes, expected: list[str]) -> None:
    assert read(body) == expected


REFUSED = {
    "a page": (b"<html>BEGIN:VCALENDAR</html>", "not-a-calendar"),
    "nothing": (b"", "not-a-calendar"),
    "bytes": (b"BEGIN:VCALENDAR\r\n\xff\xfe\x00", "not-a-calendar"),
    "every second": (ics(ONE + "|RRULE:FREQ=SECONDLY"), "too-many"),
    "every minute, folded": (ics(ONE + "|RRULE:FREQ=MIN\r\n UTELY"), "too-many"),
    "more events than there are": (ics(*["X:y"] * 5001), "too-many"),
    "every hour of many at once": (
        ics(*[f"DTSTART:20261202T00{m:02}00Z|DURATION:PT30S|RRULE:FREQ=HOURLY" for m in range(0, 60, 2)]),
        "too-many",
    ),
}


@pytest.mark.parametrize(("body", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as found:
        read(body)
    assert found.value.problems[0].code == code


def test_a_calendar_that_takes_for_ever_is_given_up_and_one_that_does_not_is_read() -> None:
    """Every second of the year, however it is written."""
    seconds = ",".join(str(number) for number in range(60))
    endless = f"RRULE:FREQ=HOURLY;BYMINUTE={seconds};BYSECOND={seconds}"
    with pytest.raises(DocumentError) as found:
        busy.read_apart(ics(*[f"{ONE}|{endless}"] * 40), FIRST, LAST, LONDON, longest_s=2)
    assert found.value.problems[0].code in ("too-costly", "too-many")
    [(starts, ends)] = busy.read_apart(ics(ONE), FIRST, LAST, LONDON)
    assert ends - starts == 7200


class Web:
    """Answers with ``body`` and ``status``, or fails with a code."""

    def __init__(self) -> None:
        self.body, self.status, self.fails, self.etag = ics(ONE), 200, "", '"1"'
        self.asked: list[str | None] = []

    def get(self, url: str, *, etag: str | None = None, **_: object) -> Answer:
        self.asked.append(etag)
        if self.fails:
            raise FetchError(url, "connect", "it is away")
        status = 304 if etag == self.etag and self.status == 200 else self.status
        body = b"" if status == 304 else self.body
        none = {"charset": None, "last_modified": None, "date": None, "retry_after_s": None, "permanent_url": None}
        return Answer(url, status, body, "text/calendar", etag=self.etag, max_age_s=None, link_header=None, **none)


@pytest.fixture
def web() -> Web:
    return Web()


def poll(node: Node, web: Web) -> int:
    clock_of(node).pass_by(hours=25)
    return len(busy.poll_due(node, web, busy_spans))  # type: ignore[arg-type] - it gets what it asks for


def one(node: Node, key: str, organisation: str) -> BusyCalendar:
    [found] = busy.of(node, key, organisation)
    return found


@pytest.fixture
def drill(node: Node) -> tuple[str, str]:
    clock_of(node).pass_by(hours=-72)
    key, organisation = bookable(node, units=2, ahead_days=90)
    busy.add(node, key, organisation, "webcal://calendar.example/room.ics", 1)
    return key, organisation


def test_what_another_calendar_says_is_not_booked_but_the_desk_may(
    node: Node, drill: tuple[str, str], web: Web
) -> None:
    assert poll(node, web) == 1
    assert one(node, *drill).url == URL
    nine = wanted(hour(2, 9))
    assert book(node, *drill, nine, "").unit == 2
    with pytest.raises(BookingError, match="busy"):
        book(node, *drill, nine, "")
    assert book(node, *drill, wanted(hour(2, 9), insists=True), "").unit == 1
    assert book(node, *drill, wanted(hour(2, 11)), "").unit == 1


def test_a_failure_is_shown_and_loses_nothing(node: Node, drill: tuple[str, str], web: Web) -> None:
    poll(node, web)
    for fails, status, body, problem in (
        ("yes", 200, b"", "connect"),
        ("", 404, b"", "gone"),
        ("", 403, b"", "not-allowed"),
        ("", 500, b"", "bad-answer"),
        ("", 200, b"<html>", "not-a-calendar"),
    ):
        web.fails, web.status, web.body, web.etag = fails, status, body, '"2"'
        assert poll(node, web) == 0
        found = one(node, *drill)
        assert (found.problem, found.events) == (problem, 1)
        with node.database.read() as tx:
            from node.storage import busy as stored

            assert [span[1] for span in stored.spans(tx, [found.calendar_id], 0, 10**12)] == [1]
    assert found.failures == 5
    web.body, before = ics(), found.good_at
    assert poll(node, web) == 1
    found = one(node, *drill)
    assert (found.problem, found.events, found.failures) == ("", 0, 0)
    assert before is not None
    assert found.good_at is not None
    assert found.good_at > before


def test_it_waits_ever_longer_while_it_fails_and_half_an_hour_while_it_does_not(
    node: Node, drill: tuple[str, str], web: Web
) -> None:
    poll(node, web)
    assert one(node, *drill).next_poll_at == node.now + 1800
    web.fails = "yes"
    pauses = []
    for _ in range(7):
        poll(node, web)
        pauses.append(one(node, *drill).next_poll_at - node.now)
    assert pauses == [3600, 7200, 14_400, 28_800, 57_600, 86_400, 86_400]


def test_an_unchanged_one_is_asked_for_politely_and_read_whole_once_a_week(
    node: Node, drill: tuple[str, str], web: Web
) -> None:
    changed = [poll(node, web) for _ in range(9)]
    assert changed == [1, 0, 0, 0, 0, 0, 0, 1, 0]
    assert web.asked == [None, *['"1"'] * 6, None, '"1"']


REFUSED_ADDRESSES = (
    "",
    "room.ics",
    "ftp://example.org/a",
    "https://",
    "https://anna:secret@example.org/",
    "https://a b/",
)


@pytest.mark.parametrize("url", [*REFUSED_ADDRESSES, "https://example.org/" + "x" * 2000, URL])
def test_addresses_that_cannot_be_read_and_the_same_one_again(node: Node, drill: tuple[str, str], url: str) -> None:
    with pytest.raises(CalendarError) as found:
        busy.add(node, *drill, url, 1)
    assert [problem.pointer for problem in found.value.problems] == ["/url"]


def test_a_piece_with_a_calendar_stays_and_taking_the_calendar_away_frees_it(
    node: Node, drill: tuple[str, str], web: Web
) -> None:
    with pytest.raises(CalendarError):
        busy.add(node, *drill, URL, 3)
    key, organisation = drill
    busy.add(node, key, organisation, URL, 2)
    poll(node, web)
    with pytest.raises(CalendarError, match="Another calendar"):
        put_rules(node, key, organisation, Rules(openings=EVERY_DAY))
    with pytest.raises(BookingError, match="busy"):
        book(node, key, organisation, wanted(hour(2, 9)), "")
    for found in busy.of(node, key, organisation):
        assert busy.remove(node, key, organisation, found.id)
        assert not busy.remove(node, key, organisation, found.id)
    assert book(node, key, organisation, wanted(hour(2, 9)), "").unit == 1


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer({"/room.ics": answer(ics(ONE)), "/big.ics": answer(b"x" * (busy.MOST_BYTES + 1))}) as made:
        yield made


def test_the_guarded_client_reads_it_and_refuses_this_machine_and_floods(tmp_path: Path, server: HostileServer) -> None:
    node = publisher(tmp_path / "home")
    key, organisation = bookable(node)
    with pytest.raises(CalendarError):
        busy.add(node, key, organisation, server.url("/room.ics"))
    number = busy.add(node, key, organisation, server.url("/room.ics").replace("http:", "https:"))
    busy.poll_due(node, read=busy_spans)
    assert one(node, key, organisation).problem == "refused-address"
    assert server.asked == []
    open_node = Node(node.settings.changed(allow_loopback=True), node.database, node.clock)
    busy.remove(node, key, organisation, number)
    busy.add(open_node, key, organisation, server.url("/room.ics"))
    assert len(busy.poll_due(open_node, read=busy_spans)) == 1
    busy.add(open_node, key, organisation, server.url("/big.ics"))
    assert busy.poll_due(open_node, read=busy_spans) == set()
    assert [found.problem for found in busy.of(node, key, organisation)] == ["", "too-large"]
    with pytest.raises(BookingError, match="busy"):
        book(node, key, organisation, wanted(Span(*hour(2, 9))), "")
    node.database.close()

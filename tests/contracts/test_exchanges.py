"""Exchanges on every database: from asking to the handover, by whoever at the same time; and what is forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from node.context import Node
from node.services.bookings import making
from node.services.bookings.keeping import known
from node.services.bookings.making import BookingStateError
from node.services.bookings.opening import Span
from node.services.bookings.refusals import BookingError
from node.services.exchanges import acting, asking, calendar_word, chasing, floods, reading
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.links import Party, code_of
from node.services.exchanges.people import privacy
from node.services.exchanges.people.forgetting import FORGOTTEN_FILE
from node.services.limits.strangers import FormError, FormLimitError
from node.services.limits.throttling import TooManyTriesError
from node.services.listings.publishing import listing
from node.storage import bookings, exchange_people, exchanges
from node.storage.engine import Database
from node.storage.metadata import metadata
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from tests.fakes.bookable import bookable, hour, wanted
from tests.fakes.exchanges import act, asked, mails, now_of, shared, subjects, wish
from tests.fakes.publisher import clock_of, publisher, school

MARKER = "Zyxwvut"


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, mail_capture=True)


def left(node: Node, key: str) -> tuple[str, str, int]:
    row = listing(node, key)
    return row.state, row.listing().status, row.listing().quantity.available


def test_the_owner_hears_of_it_once_the_address_is_confirmed(node: Node) -> None:
    what = shared(node)
    one = asked(node, what, words="For our <b>club</b>.\r\nBcc: x@y.example", confirmed=False)
    assert subjects(node) == [("cem", "Is this your address? A desk")]
    assert "club" not in mails(node)[0][2]
    act(node, one, rules.CONFIRM, ASKER)
    act(node, one, rules.CONFIRM, ASKER)
    assert subjects(node)[1:] == [("ann", "Somebody asks for A desk")]
    assert "cem@cem.example" not in mails(node)[1][2]


def test_a_gift_goes_from_hand_to_hand_and_is_counted_once(node: Node) -> None:
    what = shared(node, quantity=5)
    one = asked(node, what, quantity=3)
    act(node, one, rules.ACCEPT, quantity=2)
    assert left(node, what.row.key) == ("live", "available", 5)
    act(node, one, rules.HAND_OVER, ASKER)
    assert left(node, what.row.key)[2] == 5
    act(node, one, rules.HAND_OVER, OWNER)
    act(node, one, rules.HAND_OVER, OWNER)
    assert now_of(node, one).exchange.state == rules.RECEIVED
    assert left(node, what.row.key) == ("live", "available", 3)
    with node.database.read() as tx:
        done = [(event.side, event.act) for event in exchanges.events(tx, one)]
    assert done == [
        ("asker", "ask"),
        ("asker", "confirm"),
        ("owner", "accept"),
        ("asker", "hand_over"),
        ("owner", "hand_over"),
    ]


def test_the_last_one_is_reserved_and_then_given(node: Node) -> None:
    what = shared(node)
    first, second = asked(node, what), asked(node, what, "Dai")
    act(node, first, rules.ACCEPT)
    assert left(node, what.row.key) == ("live", "reserved", 1)
    with pytest.raises(ExchangeError, match="not so many left"):
        act(node, second, rules.ACCEPT)
    act(node, first, rules.CANCEL, ASKER)
    assert left(node, what.row.key) == ("live", "available", 1)
    act(node, second, rules.ACCEPT)
    acting.meet(node, second, Party(OWNER), code_of(node, second, ASKER))
    assert left(node, what.row.key)[0] == "withdrawn"


def test_those_who_accept_at_the_same_time_give_nothing_twice(node: Node) -> None:
    what = shared(node, quantity=2)
    ones = [asked(node, what, f"N{number}") for number in range(4)]

    def accept(one: str) -> bool:
        try:
            return act(node, one, rules.ACCEPT).exchange.granted == 1
        except ExchangeError:
            return False

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(accept, [*ones, *ones]))
    states = [now_of(node, one).exchange.state for one in ones]
    assert (states.count(rules.ACCEPTED), sum(said)) == (2, 4)
    assert [subject for _, subject in subjects(node)].count("Yes: A desk") == 2


def test_what_has_a_calendar_is_booked_when_it_is_accepted(node: Node) -> None:
    key, _organisation = bookable(node)
    shared(node)
    what = asking.askable(node, key)
    assert what is not None
    times = {"starts_at": hour(2, 10).starts, "ends_at": hour(2, 10).ends}
    first, second = asked(node, what, **times), asked(node, what, "Dai", **times)
    act(node, first, rules.ACCEPT)
    booking_id = now_of(node, first).booking_id
    assert booking_id is not None
    with pytest.raises(BookingError):
        act(node, second, rules.ACCEPT)
    assert now_of(node, second).exchange.state == rules.REQUESTED
    with pytest.raises(BookingError):
        asking.ask(node, what, wish("Eve", **times), "192.0.2.8")
    act(node, first, rules.MEET)
    assert state_of(node, key, booking_id) == ("out", f"#{first[:6]}", "")
    act(node, first, rules.BRING_BACK)
    assert state_of(node, key, booking_id)[0] == "returned"
    act(node, second, rules.ACCEPT)
    act(node, second, rules.CANCEL, ASKER)
    assert state_of(node, key, now_of(node, second).booking_id or 0)[0] == "cancelled"


def one_booking(node: Node, key: str, number: int) -> bookings.Booking:
    with node.database.read() as tx:
        return making.one(tx, known(node, tx, key, school(node).id), number)


def span_of(node: Node, key: str, number: int) -> Span:
    found = one_booking(node, key, number)
    return Span(found.starts_at, found.ends_at)


def booked(node: Node) -> tuple[str, str, str, int]:
    """A request for the drill on the second of December; its number, key, organisation and booking."""
    key, organisation = bookable(node)
    shared(node)
    what = asking.askable(node, key)
    assert what is not None
    one = asked(node, what, starts_at=hour(2, 10).starts, ends_at=hour(2, 10).ends)
    act(node, one, rules.ACCEPT)
    return one, key, organisation, now_of(node, one).booking_id or 0


def test_what_staff_say_in_the_calendar_moves_the_request(node: Node) -> None:
    one, key, organisation, number = booked(node)
    calendar_word.mark(node, key, organisation, number, bookings.OUT, "Ann")
    assert now_of(node, one).exchange.state == rules.HANDED_OVER
    assert subjects(node)[-1] == ("cem", "Was it handed over? A drill")
    with pytest.raises(BookingStateError, match="was handed over"):
        calendar_word.mark(node, key, organisation, number, bookings.CONFIRMED, "Ann")
    act(node, one, rules.HAND_OVER, ASKER)
    calendar_word.mark(node, key, organisation, number, bookings.RETURNED, "Ann")
    assert now_of(node, one).exchange.state == rules.RETURNED
    assert state_of(node, key, number)[0] == "returned"


def test_what_is_back_before_they_said_that_they_had_it_is_back_when_they_do(node: Node) -> None:
    one, key, organisation, number = booked(node)
    for state in (bookings.OUT, bookings.RETURNED):
        calendar_word.mark(node, key, organisation, number, state, "Ann")
    assert now_of(node, one).exchange.state == rules.HANDED_OVER
    act(node, one, rules.HAND_OVER, ASKER)
    assert now_of(node, one).exchange.state == rules.RETURNED


def test_nobody_came_says_the_calendar_once_it_is_time(node: Node) -> None:
    one, key, organisation, number = booked(node)
    with pytest.raises(BookingStateError, match="has not come yet"):
        calendar_word.mark(node, key, organisation, number, bookings.NO_SHOW, "Ann")
    assert state_of(node, key, number)[0] == "confirmed"
    clock_of(node).pass_by(days=2)
    calendar_word.mark(node, key, organisation, number, bookings.NO_SHOW, "Ann")
    assert (now_of(node, one).exchange.state, state_of(node, key, number)[0]) == (rules.NO_SHOW, "no_show")


def test_a_booking_that_is_called_off_calls_the_request_off_with_its_reason(node: Node) -> None:
    one, key, organisation, number = booked(node)
    calendar_word.cancel(node, key, organisation, number, "It is broken.", "Ann")
    assert now_of(node, one).exchange.state == rules.CANCELLED
    assert "> It is broken." in mails(node)[-1][2]


def at(span: Span) -> dict[str, int]:
    return {"starts_at": span.starts, "ends_at": span.ends}


def test_another_time_for_a_request_moves_its_booking_and_they_are_told(node: Node) -> None:
    one, key, organisation, number = booked(node)
    acting.act(node, one, Act(rules.RESCHEDULE, OWNER, **at(hour(3, 14))), "The van is late.", "Ann")
    assert span_of(node, key, number) == hour(3, 14)
    assert subjects(node)[-1] == ("cem", "Another time: A drill")
    said = mails(node)[-1][2]
    assert "On 3 December, from 14:00 until 15:00." in said
    assert "> The van is late." in said
    many = len(mails(node))
    acting.act(node, one, Act(rules.RESCHEDULE, OWNER, **at(hour(3, 14))), by="Ann")
    assert len(mails(node)) == many
    making.book(node, key, organisation, wanted(hour(4, 10)), "Ann")
    with pytest.raises(BookingError):
        acting.act(node, one, Act(rules.RESCHEDULE, OWNER, **at(hour(4, 10))))
    assert (span_of(node, key, number), now_of(node, one).exchange.starts_at) == (hour(3, 14), hour(3, 14).starts)


def test_a_booking_that_is_moved_in_the_calendar_moves_its_request(node: Node) -> None:
    one, key, organisation, number = booked(node)
    name = one_booking(node, key, number).name
    calendar_word.change(node, key, organisation, number, wanted(hour(3, 14), name, insists=True), "Ann")
    exchange = now_of(node, one).exchange
    assert Span(exchange.starts_at or 0, exchange.ends_at or 0) == hour(3, 14)
    assert subjects(node)[-1] == ("cem", "Another time: A drill")
    many = len(mails(node))
    calendar_word.change(node, key, organisation, number, wanted(hour(3, 14), name, note="Bits"), "Ann")
    assert len(mails(node)) == many
    clock_of(node).pass_by(days=8)
    with pytest.raises(BookingStateError, match="a time that is to come"):
        calendar_word.change(node, key, organisation, number, wanted(hour(2, 10), name, insists=True), "Ann")
    assert span_of(node, key, number) == hour(3, 14)


def test_a_loan_is_kept_longer_and_nobody_is_asked_for_it_before(node: Node) -> None:
    one, key, _organisation, number = booked(node)
    clock_of(node).pass_by(days=2)
    act(node, one, rules.MEET)
    act(node, one, rules.RESCHEDULE, ends_at=hour(9, 12).ends)
    assert one_booking(node, key, number).ends_at == hour(9, 12).ends
    assert subjects(node)[-1] == ("cem", "Another day to bring it back: A drill")
    assert "to be back with Riverside School on Wednesday 9 December" in " ".join(mails(node)[-1][2].split())
    many = len(mails(node))
    clock_of(node).pass_by(days=4)
    chasing.chase(node)
    assert len(mails(node)) == many


def test_what_is_lent_by_the_day_is_to_be_back_on_its_last_one(node: Node) -> None:
    what, first = shared(node, action="lend", title="A tent"), hour(3, 0).starts
    one = asked(node, what, starts_at=first, ends_at=first + 2 * rules.DAY_S)
    act(node, one, rules.ACCEPT)
    clock_of(node).pass_by(days=2)
    act(node, one, rules.MEET)
    told = []
    for _ in range(4 * 24):
        clock_of(node).pass_by(hours=1)
        many = len(mails(node))
        chasing.chase(node)
        told += [(node.clock().day, mail[1]) for mail in mails(node)[many:] if mail[0].startswith("cem")]
    assert told[:2] == [(3, "To bring back: A tent"), (4, "To bring back today: A tent")]
    assert any("today, Friday 4 December" in text for _, _, text in mails(node))


def test_another_time_needs_enough_of_it_then_and_is_named_a_few_times_a_day(node: Node) -> None:
    what, now = shared(node, action="lend", quantity=2), node.now
    first = asked(node, what, quantity=2, starts_at=now + rules.DAY_S, ends_at=now + 2 * rules.DAY_S)
    second = asked(node, what, "Dai", starts_at=now + 5 * rules.DAY_S, ends_at=now + 6 * rules.DAY_S)
    for one in (first, second):
        act(node, one, rules.ACCEPT)
    with pytest.raises(ExchangeError, match="not so many left"):
        act(node, first, rules.RESCHEDULE, starts_at=now + 4 * rules.DAY_S, ends_at=now + 7 * rules.DAY_S)
    for days in range(acting.TIMES_A_DAY):
        act(node, first, rules.RESCHEDULE, starts_at=now, ends_at=now + (2 + days) * rules.DAY_S // 2 + 60)
    with pytest.raises(ExchangeError, match="several times today"):
        act(node, first, rules.RESCHEDULE, starts_at=now, ends_at=now + 3600)
    clock_of(node).pass_by(days=1, minutes=1)
    act(node, first, rules.RESCHEDULE, starts_at=now, ends_at=node.now + 3600)


def test_what_the_owner_says_of_a_loan_stands_in_the_calendar(node: Node) -> None:
    one, key, _organisation, number = booked(node)
    act(node, one, rules.HAND_OVER, OWNER)
    assert state_of(node, key, number)[0] == "out"
    act(node, one, rules.HAND_OVER, ASKER)
    act(node, one, rules.BRING_BACK, OWNER)
    assert state_of(node, key, number)[0] == "returned"


def test_requests_count_for_how_many_one_may_have_at_once(node: Node) -> None:
    key, _organisation = bookable(node, quota=1)
    shared(node)
    what = asking.askable(node, key)
    assert what is not None
    first = asked(node, what, starts_at=hour(2, 10).starts, ends_at=hour(2, 10).ends)
    second = asked(node, what, confirmed=False, starts_at=hour(3, 10).starts, ends_at=hour(3, 10).ends)
    with pytest.raises(BookingError, match="quota"):
        act(node, second, rules.CONFIRM, ASKER)
    asked(node, what, "Dai", starts_at=hour(4, 10).starts, ends_at=hour(4, 10).ends)
    act(node, first, rules.WITHDRAW, ASKER)
    assert act(node, second, rules.CONFIRM, ASKER).exchange.state == rules.REQUESTED


def state_of(node: Node, key: str, booking_id: int) -> tuple[str, str, str]:
    from node.services.bookings.keeping import calendar_of

    calendar = calendar_of(node, key, listing(node, key).organisation_id)
    with node.database.read() as tx:
        found = bookings.by_id(tx, booking_id, calendar.row.id)
    assert found is not None
    return found.state, found.name, found.contact


def test_others_who_wait_are_counted_as_people(node: Node) -> None:
    what = shared(node, quantity=9, kind="equipment", action="lend", category="tools/power-tool")
    wanted = (("Ann", 2), ("Cem", 3), ("Cem", 5), ("Dai", 2))
    made = [asked(node, what, who, starts_at=hour(day, 10).starts, ends_at=hour(day, 12).ends) for who, day in wanted]
    told = [reading.by_organisation(node, what.row.organisation_id, one) for one in made]
    assert [one.others for one in told if one is not None] == [2, 2, 2, 2]
    askable = asking.askable(node, what.row.key)
    assert askable is not None
    assert askable.waiting == 3


def test_a_code_is_guessed_slowly_and_is_the_other_sides(node: Node) -> None:
    one = asked(node, shared(node))
    act(node, one, rules.ACCEPT)
    own = code_of(node, one, OWNER)
    with pytest.raises(FormError, match="not the code"):
        acting.meet(node, one, Party(OWNER), own)
    wrong: list[type[Exception]] = []
    for _ in range(10):
        with pytest.raises((FormError, TooManyTriesError)) as refused:
            acting.meet(node, one, Party(OWNER), "12345")
        wrong.append(refused.type)
    assert wrong.index(TooManyTriesError) <= 5
    assert acting.meet(node, one, Party(ASKER), f"{own[:3]} {own[3:]}").exchange.state == rules.RECEIVED


def test_both_write_to_each_other_through_the_node(node: Node) -> None:
    one = asked(node, shared(node))
    acting.write(node, one, OWNER, "When can you come?")
    acting.write(node, one, ASKER, "On Monday.\r\n.\r\nBcc: all@school.example")
    (to_cem, _, asks), (to_ann, _, answers) = mails(node)[-2:]
    assert (to_cem, to_ann) == ("cem@cem.example", "ann@school.example")
    assert "Riverside School has written to you about “A desk”." in asks
    assert "> When can you come?" in asks
    assert "Cem has written to you about “A desk”." in answers
    assert "> On Monday." in answers
    assert "school.example" not in asks
    assert "cem.example" not in answers
    with pytest.raises(FormError):
        acting.write(node, one, ASKER, "   ")
    act(node, one, rules.ACCEPT)
    for _ in range(acting.A_DAY - 1):
        acting.write(node, one, ASKER, "And?")
    with pytest.raises(FormError):
        acting.write(node, one, ASKER, "And?")


def test_who_asks_waits_for_a_word_after_some_letters(node: Node) -> None:
    one = asked(node, shared(node), words="Please")
    for _ in range(acting.IN_A_ROW - 1):
        acting.write(node, one, ASKER, "And?")
    with pytest.raises(FormError):
        acting.write(node, one, ASKER, "And?")
    acting.write(node, one, OWNER, "One moment.")
    acting.write(node, one, ASKER, "Thank you.")


def test_one_network_may_ask_so_often_and_who_asks_again_gets_the_link(node: Node) -> None:
    what = shared(node, quantity=50)
    asked(node, what)
    asking.ask(node, what, wish(), "192.0.2.9")
    asking.ask(node, what, wish(quantity=2), "192.0.2.9")
    assert subjects(node)[-1] == ("cem", "You have asked already: A desk")
    assert len(subjects(node)) == 3
    for number in range(floods.AN_HOUR - 1):
        asking.ask(node, what, wish(f"N{number}"), "192.0.2.7")
    with pytest.raises(FormLimitError):
        asking.ask(node, what, wish("Last"), "192.0.2.7")


def test_who_was_asked_for_in_their_name_asks_for_themselves(node: Node) -> None:
    what = shared(node, quantity=5)
    theirs = asked(node, what, confirmed=False, words="I am a fool.", quantity=5)
    own = asked(node, what, words="For our club.")
    assert (now_of(node, own).exchange.asked, now_of(node, theirs).exchange.state) == (1, rules.UNCONFIRMED)
    assert [to for to, _ in subjects(node)] == ["cem", "cem", "ann"]
    assert "For our club." in mails(node)[-1][2]


def test_what_others_type_does_not_use_up_the_day_of_an_address(node: Node) -> None:
    whats = [shared(node, f"desk-{number}") for number in range(12)]
    for number, what in enumerate(whats[:11]):
        asking.ask(node, what, wish(), f"203.0.113.{number // floods.FROM_ONE}")
    assert asked(node, whats[11])
    assert ("ann", "Somebody asks for A desk") in subjects(node)


def test_one_network_writes_to_an_address_a_few_times_only(node: Node) -> None:
    whats = [shared(node, f"desk-{number}") for number in range(8)]
    for what in whats:
        asking.ask(node, what, wish(), "203.0.113.1")
    assert len(subjects(node)) == floods.FROM_ONE
    for what in whats[:2]:
        asking.ask(node, what, wish(words="Please"), "203.0.113.2")
    assert len(subjects(node)) == floods.FROM_ONE + 2


def test_an_address_confirms_so_many_a_day(node: Node) -> None:
    whats = [shared(node, f"desk-{number}") for number in range(floods.A_DAY + 1)]
    for number, what in enumerate(whats[:-1]):
        clock_of(node).pass_by(minutes=number)
        asked(node, what)
    clock_of(node).pass_by(hours=2)
    asking.ask(node, whats[-1], wish(), "192.0.2.9")
    assert len([to for to, _ in subjects(node) if to == "cem"]) == floods.A_DAY


def test_a_flood_of_unconfirmed_ones_drives_out_itself_and_not_who_asks(node: Node) -> None:
    what = shared(node, quantity=50)
    kept, first = asked(node, what, "Dai"), asked(node, what, MARKER, confirmed=False)
    with node.database.write() as tx:
        for number in range(floods.OF_ONE - 1):
            moved = replace(now_of(node, first), id=f"{number:016}")
            exchanges.add(tx, replace(moved, exchange=replace(moved.exchange, since=node.now + 1)))
    real = asked(node, what, "Eve")
    assert [now_of(node, one).exchange.state for one in (kept, first, real)] == [
        rules.REQUESTED,
        rules.EXPIRED,
        rules.REQUESTED,
    ]
    assert found_in(node, MARKER) == set()
    with node.database.read() as tx:
        assert exchanges.count_unconfirmed(tx, what.row.organisation_id) == floods.OF_ONE - 1


def test_who_has_lost_the_mail_gets_one_more_the_next_day(node: Node) -> None:
    what = shared(node)
    for hours in (0, 1, 23, 1):
        clock_of(node).pass_by(hours=hours)
        asking.ask(node, what, wish(), "192.0.2.9")
    assert subjects(node) == [("cem", "Is this your address? A desk")] * 2


def test_the_clock_reminds_once_and_gives_up(node: Node) -> None:
    one = asked(node, shared(node))
    act(node, one, rules.ACCEPT)
    before = len(subjects(node))
    for _ in range(40):
        clock_of(node).pass_by(days=1)
        assert chasing.chase(node) in (0, 1)
        assert chasing.chase(node) == 0
    names = [subject.partition(":")[0].partition("?")[0] for to, subject in subjects(node)[before:] if to == "cem"]
    assert names == ["Is it done"] + ["What became of it"] * 3 + ["What became of it we do not know"]
    assert now_of(node, one).exchange.state == rules.UNKNOWN


def test_several_workers_remind_once(node: Node) -> None:
    asked(node, shared(node))
    clock_of(node).pass_by(days=3)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: chasing.chase(node), range(4))) == 1
    assert [subject for _, subject in subjects(node)].count("Still waiting for an answer: A desk") == 1


def test_what_nobody_confirms_is_forgotten_at_once(node: Node) -> None:
    one = asked(node, shared(node), MARKER, confirmed=False)
    clock_of(node).pass_by(days=2)
    assert chasing.chase(node) == 1
    assert now_of(node, one).exchange.state == rules.EXPIRED
    assert found_in(node, MARKER) == set()


def found_in(node: Node, marker: str) -> set[str]:
    """The tables in which some text stands."""
    with node.database.read() as tx:
        return {
            table.name
            for table in metadata.sorted_tables
            for row in tx.execute(select(table))
            if any(marker.casefold() in str(value).casefold() for value in row)
        }


@pytest.mark.parametrize("erased", [False, True])
def test_a_marker_is_found_nowhere_afterwards(node: Node, erased: bool, caplog: pytest.LogCaptureFixture) -> None:
    one = asked(node, shared(node), MARKER, for_whom=f"{MARKER} club", words=f"I am {MARKER}")
    act(node, one, rules.ACCEPT)
    acting.write(node, one, OWNER, f"Dear {MARKER}")
    assert found_in(node, MARKER) == {"exchange_people", "exchange_letters", "outbox"}
    if erased:
        privacy.erase(node, one)
        assert now_of(node, one).exchange.state == rules.CANCELLED
    else:
        act(node, one, rules.MEET)
        clock_of(node).pass_by(days=29)
        assert privacy.purge(node) == 0
        clock_of(node).pass_by(days=2)
        assert privacy.purge(node) == 1
    assert found_in(node, MARKER) == set()
    assert MARKER not in caplog.text
    home = node.settings.home
    assert not [path for path in home.rglob("*") if path.is_file() and MARKER in path.read_bytes().decode("latin-1")]
    assert (home / FORGOTTEN_FILE).read_text() == f"{one}\n"
    assert (home / FORGOTTEN_FILE).stat().st_mode & 0o077 == 0


def test_what_is_kept_of_somebody_can_be_taken_along(node: Node) -> None:
    one = asked(node, shared(node), MARKER, words="Please.")
    taken = privacy.taken_along(node, now_of(node, one))
    assert (taken["name"], taken["email"]) == (MARKER, f"{MARKER.lower()}@cem.example")
    assert [message["text"] for message in taken["messages"]] == ["Please."]


def test_a_backup_that_knows_somebody_forgets_them_again(node: Node) -> None:
    one = asked(node, shared(node), MARKER)
    with node.database.read() as tx:
        person = exchange_people.of(tx, one)
    assert person is not None
    privacy.erase(node, one)
    with node.database.write() as tx:
        exchange_people.add(tx, person)
    assert privacy.forget_again(node) == 1
    assert found_in(node, MARKER) == set()


WRONG = {
    "no name": ({"name": " "}, "name"),
    "two lines as a name": ({"name": "Cem\nBcc: x"}, "name"),
    "no address": ({"email": ""}, "email"),
    "two addresses": ({"email": "a@b.example,c@d.example"}, "email"),
    "a header in the address": ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
    "none": ({"quantity": 0}, "quantity"),
    "no number": ({"quantity": None}, "quantity"),
    "more than there are": ({"quantity": 2}, "quantity"),
    "the notice is not agreed to": ({"agreed": False}, "agreed"),
    "a control character": ({"words": "a\x00b"}, "words"),
    "too long": ({"words": "a" * 2001}, "words"),
    "an odd need": ({"need": 7}, "need"),
}


def test_what_cannot_be_asked_is_told_by_its_field(node: Node) -> None:
    what = shared(node)
    for name, (changed, field) in WRONG.items():
        with pytest.raises(FormError) as refused:
            asking.ask(node, what, wish(**{"email": "cem@cem.example", **changed}), "192.0.2.7")
        assert [problem.pointer for problem in refused.value.problems] == [f"/{field}"], name
    assert mails(node) == []


def test_nobody_writes_any_more_when_it_is_over(node: Node) -> None:
    what = shared(node)
    one = asked(node, what)
    act(node, one, rules.DECLINE)
    count = len(mails(node))
    for side in (ASKER, OWNER):
        with pytest.raises(ExchangeError, match="over"):
            acting.write(node, one, side, "But why?")
    assert len(mails(node)) == count

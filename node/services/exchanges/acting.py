"""What both sides, an operator and the clock do in an exchange: each act once, in one transaction with all it brings.

That is: its state, how many the listing still has, its booking, the record of it, and the mails to the other side.
"""

from __future__ import annotations

from dataclasses import replace

from node.context import Node
from node.services.exchanges import booked, stock
from node.services.exchanges.between_nodes import across
from node.services.exchanges.links import Party, code_of
from node.services.exchanges.people import contacts, telling
from node.services.exchanges.people.forgetting import forget
from node.services.limits import throttling
from node.services.limits.strangers import FormError, text_problems
from node.services.listings import publishing
from node.services.receipts import issue
from node.storage import exchange_homes, exchange_people, exchanges
from node.storage.engine import Tx
from node.storage.exchange_people import Letter
from node.storage.exchanges import Event, Stored
from schemas import exchange as rules
from schemas.errors import Problem, SharefeedError
from schemas.exchange import ASKER, OWNER, Act, decide
from schemas.exchange_refusals import Refusal

LONGEST_LETTER = 2000
A_DAY = 20
"""Letters of one side in one exchange."""
IN_A_ROW = 6
"""Letters of who asks, with what they asked, before a yes or a word of the owner."""
UNANSWERED = 3
"""Letters to somebody who answers for another node, before they have said yes."""
TIMES_A_DAY = 5
"""How often another time is named in one exchange within a day, which is a mail each time."""
MISTAKES = 3
"""How often a side takes back in one exchange what it said: the other side gets a mail each time."""
CODE_LENGTH = 6
STRANGERS_MAY = (rules.WITHDRAW, rules.CANCEL)
"""What a person does here who asked in a catalogue: all else only counts where their address was confirmed."""


class ExchangeError(SharefeedError):
    """What cannot be done in an exchange: ``refusal`` says why. Nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.sentence)


def act(node: Node, exchange_id: str, wanted: Act, words: str = "", by: str = "") -> Stored:
    """Do something in an exchange, and tell the other side; ``words`` go along with it.

    To do again what is done already changes nothing and tells nobody. Raises `ExchangeError`, `FormError` for the
    words, and `BookingError` where the time is taken.
    """
    words = checked(words)
    with node.database.read() as tx:
        before = _known(tx, exchange_id)
        after = _decided(tx, node, before, wanted)
    if after.exchange == before.exchange:
        return before
    held = booked.hold(node, before) if wanted.name == rules.ACCEPT else None
    moved = wanted.name == rules.RESCHEDULE and booked.reschedule(node, after)
    try:
        with publishing.writing(node) as tx:
            after, calendar_id = _acted(tx, node, exchange_id, wanted, words, by, held)
    except SharefeedError:
        if held is not None:
            booked.let_go(node, before, held)
        if moved:
            booked.reschedule(node, before)
        raise
    if held is not None and after.booking_id != held:
        booked.let_go(node, before, held)
    booked.tell(node, calendar_id)
    if booked.is_back(node, after):
        # The calendar has known it before who asked said that they had it.
        return act(node, exchange_id, Act(rules.BRING_BACK, OWNER), by=by)
    return after


def _acted(
    tx: Tx, node: Node, exchange_id: str, wanted: Act, words: str, by: str, held: int | None
) -> tuple[Stored, int | None]:
    before = _known(tx, exchange_id, lock=True)
    after = _decided(tx, node, before, wanted)
    if after.exchange == before.exchange:
        return before, None
    if held is not None:
        booked.confirm(tx, node, after, held)
        after = replace(after, booking_id=held)
    return after, keep(tx, node, before, after, wanted, words, by)


def keep(
    tx: Tx, node: Node, before: Stored, after: Stored, done: Act, words: str = "", by: str = "", quiet: bool = False
) -> int | None:
    """Keep what was decided, with all that it brings; the calendar that is to say what is free now.

    ``quiet``: nobody is asked by mail, as both have met.
    """
    exchanges.change(tx, after, node.now)
    exchange = after.exchange
    exchanges.note(tx, after.id, Event(node.now, done.side, done.name, exchange.state, exchange.granted))
    if words and not across.attests(tx, after.id):
        exchange_people.write(tx, after.id, Letter(node.now, done.side, words))
    if before.exchange.state == rules.UNCONFIRMED and not exchange.is_open:
        # Nobody but who typed it has seen it, and perhaps the address was somebody else's.
        forget(tx, node, [after.id])
    stock.follow(tx, node, before.exchange, after, by)
    if not quiet:
        telling.tell(tx, node, before.exchange, after, done, words)
    across.follow(tx, node, before.exchange, after, done, words)
    issue.follow(tx, node, after)
    return booked.follow(tx, node, after)


def write(node: Node, exchange_id: str, side: str, words: str) -> None:
    """Write to the other side; the node passes it on. Raises `FormError` and `ExchangeError`."""
    words = checked(words)
    if not words:
        raise FormError([Problem("/words", "missing", "Write something first.")])
    with node.database.write() as tx:
        stored = _known(tx, exchange_id, lock=True)
        if not stored.exchange.is_open:
            raise ExchangeError(Refusal("over"))
        unknown = exchange_people.of(tx, exchange_id) is None or across.attests(tx, exchange_id)
        if stored.exchange.state == rules.UNCONFIRMED or unknown:
            raise ExchangeError(Refusal("not-yet"))
        if exchange_people.count_letters(tx, exchange_id, side, node.now - rules.DAY_S) >= A_DAY:
            message = "This is a lot for one day. Please write again tomorrow."
            raise FormError([Problem("/words", "too-many", message)])
        few = _is_unanswered(stored, side) and exchange_people.count_letters(tx, exchange_id, side, 0) >= UNANSWERED
        if few or is_in_a_row(tx, stored, side):
            message = "They have not answered yet. Please wait until they do."
            raise FormError([Problem("/words", "too-many", message)])
        exchange_people.write(tx, exchange_id, Letter(node.now, side, words))
        telling.tell_letter(tx, node, stored, side, words)
        across.tell_letter(tx, node, stored, side, words)


def is_in_a_row(tx: Tx, stored: Stored, side: str) -> bool:
    """Whether who asks has written so often since the owner last wrote that they have to wait for a word or a yes."""
    if side != ASKER or stored.exchange.state != rules.REQUESTED:
        return False
    latest = exchange_people.letters(tx, stored.id)[-IN_A_ROW:]
    return len(latest) == IN_A_ROW and all(letter.side == ASKER for letter in latest)


def _is_unanswered(stored: Stored, side: str) -> bool:
    return stored.contact_id is not None and side == ASKER and stored.exchange.state == rules.REQUESTED


def meet(node: Node, exchange_id: str, party: Party, code: str) -> Stored:
    """Both have met: this side types what the other one said. Raises `FormError` and `ExchangeError`.

    Wrong codes make each further try wait; raises `TooManyTriesError`. Where the other side's home is another node,
    nothing is said before that has compared the code: `Home.code_answer` tells what became of it.
    """
    typed = "".join(letter for letter in code if letter.isdigit())
    tried = throttling.begin_code(node, f"exchange {exchange_id} {party.side}")
    with node.database.read() as tx:
        if exchange_homes.of(tx, exchange_id) is not None:
            return _meet_across(node, exchange_id, party, typed)
    other = ASKER if party.side == OWNER else OWNER
    if not typed.isascii() or typed != code_of(node, exchange_id, other):
        raise FormError([Problem("/code", "bad-code", "This is not the code of the other side. Ask them again.")])
    throttling.was_right(node, tried)
    return act(node, exchange_id, Act(rules.MEET, party.side), by=party.name)


def _meet_across(node: Node, exchange_id: str, party: Party, typed: str) -> Stored:
    """Whether a code is right, the other side's home knows."""
    if not typed.isascii() or len(typed) != CODE_LENGTH:
        raise FormError([Problem("/code", "bad-code", "This is not the code of the other side. Ask them again.")])
    with node.database.write() as tx:
        before = _known(tx, exchange_id, lock=True)
        if _decided(tx, node, before, Act(rules.MEET, party.side)).exchange != before.exchange:
            across.say_code(tx, node, before, typed)
    return before


def checked(words: str) -> str:
    """What somebody wrote, trimmed. Raises `FormError`."""
    words = words.replace("\r\n", "\n").strip()
    problems = text_problems("words", words, LONGEST_LETTER) if words else []
    if problems:
        raise FormError(problems)
    return words


def _known(tx: Tx, exchange_id: str, lock: bool = False) -> Stored:
    found = exchanges.by_id(tx, exchange_id, lock)
    if found is None:
        raise ExchangeError(Refusal("over"))
    return found


def _decided(tx: Tx, node: Node, stored: Stored, wanted: Act) -> Stored:
    if wanted.side == ASKER and wanted.name not in STRANGERS_MAY and _is_strangers(tx, stored):
        raise ExchangeError(Refusal("elsewhere"))
    left = _room(tx, node, stored, wanted)
    found = decide(stored.exchange, wanted, node.now, left)
    if isinstance(found, Refusal):
        raise ExchangeError(found)
    if wanted.name == rules.TAKE_BACK and found != stored.exchange:
        done = sum(event.act == rules.TAKE_BACK for event in exchanges.events(tx, stored.id))
        if done >= MISTAKES:
            raise ExchangeError(Refusal("too-often"))
    if wanted.name == rules.RESCHEDULE and found != stored.exchange:
        today = [event for event in exchanges.events(tx, stored.id) if event.at > node.now - rules.DAY_S]
        if sum(event.act == rules.RESCHEDULE for event in today) >= TIMES_A_DAY:
            raise ExchangeError(Refusal("moved-often"))
    if wanted.name == rules.CONFIRM and found != stored.exchange:
        booked.refuse_too_many(tx, node, stored)
        if not _is_taken(tx, stored):
            raise ExchangeError(Refusal("busy"))
    return replace(stored, exchange=found)


def _room(tx: Tx, node: Node, stored: Stored, wanted: Act) -> int | None:
    """How many can be promised, at the time that is named; None where that limits nothing."""
    if wanted.name == rules.RESCHEDULE and rules.may_reschedule(stored.exchange):
        then = replace(stored, exchange=rules.rescheduled(stored.exchange, wanted))
        # What was promised stays so, whatever has become of its listing.
        return stock.room(tx, then, node.now, of_none=None)
    return stock.room(tx, stored, node.now) if wanted.name == rules.ACCEPT else None


def _is_strangers(tx: Tx, stored: Stored) -> bool:
    home = exchange_homes.of(tx, stored.id)
    return home is not None and home.is_strangers


def _is_taken(tx: Tx, stored: Stored) -> bool:
    """Whether who answers for it may be asked once more."""
    contact = contacts.now_of(tx, stored.contact_id)[0] if stored.contact_id is not None else None
    return stored.contact_id is None or (contact is not None and contacts.takes_requests(tx, contact))

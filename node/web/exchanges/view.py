"""An exchange as one side sees it, and what that side can do there. The same by a link in a mail and at the desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from node.context import Node
from node.services.bookings.opening import Span
from node.services.bookings.refusals import BookingError
from node.services.exchanges import acting, measuring
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.between_nodes import attested
from node.services.exchanges.links import code_of
from node.services.exchanges.manners import manners
from node.services.exchanges.people import stopping
from node.services.exchanges.reading import Seen
from node.services.impact.effects import METHOD_PATH
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.services.stories import handed
from node.storage import organisations
from node.storage.owner_contacts import STOPPED
from node.web.desk.booking_words import refused, when
from node.web.exchanges import another_time
from node.web.exchanges.asking_times import TIMES
from node.web.exchanges.deciding import (
    SETTLING,
    claims,
    judge,
    lead_of_dispute,
    may_settle,
    outcomes,
    speaks_for_neither,
)
from node.web.exchanges.elsewhere import attests, is_strangers, note_of
from node.web.exchanges.measures import measure_form, measured_fact
from node.web.exchanges.words import lead_of
from node.web.form_state import form_at, sentences, typed_in
from node.web.portal.cards import moment
from node.web.stories.view import begin_path
from node.web.view_models.exchanges import ExchangeLetter, ExchangePress, ExchangeView
from node.web.view_models.parts import Form, Link
from node.web.wording.code_words import word
from node.web.wording.said import plain
from node.web.wording.words import number
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER, Act

FIELDS = ("do", "quantity", "words", "code", "weight", "hours", "sure", *TIMES)
MEASURE, SEND_LINK = "measure", "send_link"
PRESSES = (
    *(rules.CONFIRM, rules.HAND_OVER, rules.BRING_BACK, rules.TAKE_BACK),
    *(rules.DISPUTE, rules.MISS, rules.WITHDRAW),
)
AT_THE_BAY = (rules.HAND_OVER, rules.MEET, rules.BRING_BACK)
"""What is often done where there is no connection."""
_ACTS = (*PRESSES, rules.ACCEPT, rules.DECLINE, rules.CANCEL, rules.RESCHEDULE)
_A_MOMENT_S = 1800
_NEEDS_WORDS = (rules.DECLINE, rules.CANCEL, *SETTLING)


class NotDoneError(Exception):
    """What somebody wanted could not be: ``errors`` are sentences by the field, ``what`` which of the forms it was."""

    def __init__(self, what: str, errors: Mapping[str, str], typed: Mapping[str, str]) -> None:
        self.what, self.errors, self.typed = what, dict(errors), dict(typed)

    @property
    def is_doubt(self) -> bool:
        """Whether it could be done if they said once more that they mean it."""
        problems = self.__cause__.problems if isinstance(self.__cause__, FormError) else ()
        return any(problem.code == measuring.DOUBTFUL for problem in problems)


def perform(node: Node, seen: Seen) -> None:
    """Do what the form that was sent says. Raises `NotDoneError`."""
    typed, what = typed_in(*FIELDS), request.form.get("do", "")
    try:
        _done(node, seen, what, typed)
        if seen.party.contact is not None:
            stopping.confirm(node, seen.party.contact)
    except (FormError, ExchangeError, BookingError, TooManyTriesError) as error:
        said = _sentences(error)
        if what == rules.RESCHEDULE and "" in said:
            said = {"last" if another_time.only_end(seen.stored) else "first": said[""]}
        raise NotDoneError(what, said, typed) from error


def _done(node: Node, seen: Seen, what: str, typed: Mapping[str, str]) -> None:
    party, exchange_id = seen.party, seen.stored.id
    if what in _NEEDS_WORDS and not typed["words"].strip():
        raise NotDoneError(what, {"words": _("Say why, in a few words: they read it.")}, typed)
    if what == "write":
        acting.write(node, exchange_id, party.side, typed["words"])
    elif what == rules.MEET:
        acting.meet(node, exchange_id, party, typed["code"])
    elif what == MEASURE:
        measuring.measure(node, exchange_id, party, typed["weight"] or typed["hours"], bool(typed["sure"]))
    elif what == SEND_LINK and is_strangers(seen):
        attested.send_link(node, exchange_id)
    elif what in SETTLING and may_settle(seen):
        acting.act(node, exchange_id, Act(rules.SETTLE, OPERATOR, outcome=SETTLING[what]), typed["words"])
    elif what in _ACTS:
        acting.act(node, exchange_id, _act(node, seen, what, typed), typed["words"], party.name)


def _act(node: Node, seen: Seen, what: str, typed: Mapping[str, str]) -> Act:
    """What a side does, with what it says of it. Raises `NotDoneError` for what was typed."""
    if what == rules.RESCHEDULE and rules.may_reschedule(seen.stored.exchange):
        errors: dict[str, str] = {}
        named = another_time.named(node, seen.stored, typed, errors)
        if named is None:
            raise NotDoneError(what, errors, typed)
        return replace(named, side=seen.party.side)
    quantity = _number(typed) if what == rules.ACCEPT and seen.stored.exchange.asked > 1 else None
    # Of what nobody had asked for, nothing was agreed before.
    outcome = rules.CANCELLED if what == rules.TAKE_BACK and _was_given(seen) else ""
    return Act(what, seen.party.side, quantity, outcome)


def _number(typed: Mapping[str, str]) -> int | None:
    text = typed["quantity"].strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _sentences(error: Exception) -> dict[str, str]:
    if isinstance(error, FormError):
        return sentences(error.problems)
    if isinstance(error, BookingError):
        return {"": refused(error.refusal)}
    if isinstance(error, ExchangeError):
        return {"": plain(error.refusal.sentence)}
    return {"": _("There were too many wrong tries. Please wait a while and try again.")}


def view_of(node: Node, seen: Seen, path: str, wrong: NotDoneError | None = None) -> ExchangeView:
    """The exchange for the side that looks at it; forms are sent to ``path`` on this site."""
    stored, exchange, side = seen.stored, seen.stored.exchange, seen.party.side
    can = _possible(seen, node.now)
    make = _forms(path, wrong)
    known = seen.person is not None
    is_live = exchange.is_open and exchange.state != rules.UNCONFIRMED
    # What was given away already has nobody at a door.
    meets = rules.MEET in can and known and not _was_given(seen)
    meet = _code_form(make, seen) if meets else None
    scanned = bool(meet and meet.typed.get("code") and not wrong)
    measures = measuring.may_measure(stored, side, node.now) and not is_strangers(seen)
    view = ExchangeView(
        listing=Link(stored.title, _address(seen), language=stored.listing["language"]),
        state=exchange.state,
        manners=manners(exchange),
        lead=_lead(seen),
        note=note_of(seen),
        here_path=request.script_root + path,
        bay_path=f"{request.script_root}{path}/bay" if known and set(can) & set(AT_THE_BAY) else "",
        facts=_facts(seen),
        letters=_letters(seen),
        presses=(
            *(
                _press(name, seen, path)
                for name in PRESSES
                if name in can and not (scanned and name == rules.HAND_OVER)
            ),
            *_sending_link(seen, path),
        ),
        answer=make(rules.ACCEPT, rules.DECLINE) if rules.ACCEPT in can else None,
        many=exchange.asked if exchange.asked > 1 else 0,
        left=seen.left if seen.left is not None and seen.left < exchange.asked else None,
        write=make("write") if is_live and known and not attests(seen) and not speaks_for_neither(node, seen) else None,
        outcomes=outcomes(seen),
        decide=make(*SETTLING) if outcomes(seen) else None,
        cancel=make(rules.CANCEL) if rules.CANCEL in can else None,
        **(_another_time(node, seen, make) if rules.RESCHEDULE in can else {}),
        measure=measure_form(stored, make(MEASURE)) if measures else None,
        measures=measuring.measured_in(stored) if measures else "",
        measured=bool(stored.measured_by),
        doubted=bool(wrong and wrong.is_doubt),
        method_path=request.script_root + METHOD_PATH,
        code=code_of(node, stored.id, side) if meets else "",
        qr_path=f"{request.script_root}{path}/qr.svg" if meets and not is_strangers(seen) else "",
        meet=meet,
        scanned=scanned,
        compares=meets and seen.compares,
        erase=form_at(f"{path}/forget") if _is_person(seen) and exchange.state != rules.UNCONFIRMED else None,
        take_path=f"{request.script_root}{path}/mine.json" if _is_person(seen) else "",
        is_forgotten=seen.asker_is_forgotten,
        kept_elsewhere=seen.site if attests(seen) and exchange.state != rules.UNCONFIRMED else "",
        stop=form_at(f"{path}/stop") if seen.party.contact is not None else None,
        stop_open=request.path.endswith("/stop"),
        stopped=seen.party.contact is not None and seen.party.contact.state == STOPPED,
        wrong=form_at(path, {}, wrong.errors) if wrong else _just_answered(meet, seen, node.now),
        tell_path=_tell_path(node, seen),
    )
    return replace(view, unsent=_unsent(view, wrong)) if wrong else view


def _unsent(view: ExchangeView, wrong: NotDoneError) -> str:
    """What somebody wrote where the form for it is gone: the other side was faster."""
    places = (view.answer, view.decide, view.write, view.cancel, view.meet)
    is_there = any(form is not None and form.typed.get("words") for form in places)
    return "" if is_there else wrong.typed["words"].strip()


def _another_time(node: Node, seen: Seen, make: Callable[..., Form]) -> dict[str, Any]:
    form, stored = make(rules.RESCHEDULE), seen.stored
    form = form if form.typed else replace(form, typed=another_time.known(node, stored))
    times = not another_time.by_day(node, stored)
    return {"reschedule": form, "asks_times": times, "only_end": another_time.only_end(stored)}


def _was_given(seen: Seen) -> bool:
    """Whether it was given to an organisation that is asked only now whether that was so."""
    return "asker" in seen.stored.listing


def _lead(seen: Seen) -> str:
    state, side = seen.stored.exchange.state, seen.party.side
    if _was_given(seen) and state == rules.HANDED_OVER:
        return word(f"given_{side}", "exchange_given")
    if _was_given(seen) and state == rules.CANCELLED and not seen.stored.exchange.owner_said:
        return word(f"taken_back_{side}", "exchange_given")
    if dispute := lead_of_dispute(seen):
        return dispute
    vocabulary = "exchange_stranger" if is_strangers(seen) else f"exchange_{side}"
    return word(lead_of(seen.stored.exchange, side), vocabulary, manners(seen.stored.exchange))


def copy_of(view: ExchangeView) -> ExchangeView:
    """What of an exchange a phone may keep, for a place without a connection: how it is handed over, and no person."""
    presses = tuple(press for press in view.presses if press.form.typed.get("do") in AT_THE_BAY)
    return ExchangeView(
        listing=Link(view.listing.label, "", language=view.listing.language),
        state=view.state,
        manners=view.manners,
        lead=view.lead,
        presses=presses,
        code=view.code,
        meet=view.meet,
        here_path=view.here_path,
        bay_path=view.bay_path,
        is_copy=True,
    )


def _possible(seen: Seen, now: int) -> tuple[str, ...]:
    can = rules.possible(seen.stored.exchange, seen.party.side, now)
    if rules.TAKE_BACK in can:
        # Nobody disputes what they have said themselves.
        can = tuple(name for name in can if name != rules.DISPUTE)
    return tuple(name for name in can if name in acting.STRANGERS_MAY) if is_strangers(seen) else can


def _sending_link(seen: Seen, path: str) -> tuple[ExchangePress, ...]:
    """For who asked in a catalogue: the way to where they say what became of it."""
    if not is_strangers(seen) or seen.person is None:
        return ()
    return (ExchangePress(word(SEND_LINK, "exchange_press"), form_at(path, {"do": SEND_LINK})),)


def _is_person(seen: Seen) -> bool:
    """Whether who looks is the person who asked, and still known: not a member of an organisation that did."""
    return seen.party.side == ASKER and seen.person is not None and seen.party.account is None


def _address(seen: Seen) -> str:
    """Where its listing is shown: here, or at its home."""
    stored = seen.stored
    return f"{request.script_root}/listings/{stored.key}" if stored.key else str(stored.listing["url"])


def waits_for_answer(seen: Seen) -> bool:
    """Whether what was sent just now is a code that the other side's site compares."""
    return seen.home is not None and request.form.get("do") == rules.MEET


def _tell_path(node: Node, seen: Seen) -> str:
    """Where the owner tells what became of it; nowhere before both have said that it happened."""
    stored = seen.stored
    if seen.party.side != OWNER or stored.exchange.state not in handed.OVER:
        return ""
    with node.database.read() as tx:
        host = organisations.by_ids(tx, [stored.organisation_id]).get(stored.organisation_id)
    return begin_path(host.slug, handed.uri_of(node, stored.id)) if host else ""


def _forms(path: str, wrong: NotDoneError | None) -> Callable[..., Form]:
    def make(*acts: str) -> Form:
        mine = wrong if wrong is not None and wrong.what in acts else None
        return form_at(path, mine.typed if mine else {}, mine.errors if mine else {})

    return make


def _code_form(make: Callable[..., Form], seen: Seen) -> Form:
    """Where the code of the other side is typed, with what became of the last one, where another node compares them."""
    form, home = make(rules.MEET), seen.home
    if form.typed or form.errors or home is None or not home.code_answer:
        return _prefilled(form)
    return replace(_prefilled(form), errors={"code": word(home.code_answer, "exchange_code")})


def _just_answered(meet: Form | None, seen: Seen, now: int) -> Form | None:
    """What is said at the head of the page of a code that was typed a moment ago."""
    is_new = seen.home is not None and now - seen.home.code_at < _A_MOMENT_S
    return meet if meet is not None and meet.errors and is_new else None


def _prefilled(form: Form) -> Form:
    """With the code that a scanned picture brought along; it still wants a press."""
    code = request.args.get("code", "")[: acting.CODE_LENGTH]
    return form if form.typed or not code else Form(form.action_path, form.csrf_token, {"code": code}, form.errors)


def _press(name: str, seen: Seen, path: str) -> ExchangePress:
    state = seen.stored.exchange.state
    label = "agree" if name == rules.HAND_OVER and state == rules.HANDED_OVER else name
    main = name in (rules.CONFIRM, rules.HAND_OVER, rules.BRING_BACK)
    said = word(label, "exchange_press", manners(seen.stored.exchange))
    return ExchangePress(said, form_at(path, {"do": name}), main)


def _letters(seen: Seen) -> tuple[ExchangeLetter, ...]:
    names = {OWNER: seen.organisation, ASKER: seen.person.name if seen.person else "", OPERATOR: judge(seen)}
    return tuple(
        ExchangeLetter(names[one.side], one.words, moment(one.at), one.side == seen.party.side) for one in seen.letters
    )


def _facts(seen: Seen) -> tuple[tuple[str, str], ...]:
    exchange, person = seen.stored.exchange, seen.person
    found: list[tuple[str, Any]] = []
    if seen.party.side == OWNER:
        found += [(_("Who"), person.name if person else _("Nobody is known any more"))]
    else:
        found += [(_("To") if exchange.direction == "want" else _("From"), seen.organisation)]
        if seen.fairness and exchange.direction == "offer" and exchange.state == rules.REQUESTED:
            found.append((_("Whose turn it is"), word(seen.fairness, "fairness")))
    if person and person.for_whom:
        found.append((_("From") if exchange.direction == "want" else _("For"), person.for_whom))
    if seen.stored.listed > 1:
        many = _("%(count)s of %(total)s", count=number(exchange.asked), total=number(seen.stored.listed))
        found.append((_("How many"), many))
    elif exchange.asked > 1:
        found.append((_("How many"), number(exchange.asked)))
    if exchange.granted and exchange.granted != exchange.asked:
        found.append((_("Promised"), str(exchange.granted)))
    if exchange.starts_at is not None and exchange.ends_at is not None:
        found.append((_("When"), when(Span(exchange.starts_at, exchange.ends_at))))
    found += claims(seen)
    found += measured_fact(seen.stored, seen.party.side)
    if seen.party.side == OWNER:
        found += _for_the_owner(seen)
    return tuple(found)


def _for_the_owner(seen: Seen) -> list[tuple[str, str]]:
    found = [(_("Had something before"), _("Yes"))] if seen.had_before else []
    if seen.stored.need:
        found.append((_("How much it is needed"), word(str(seen.stored.need), "exchange_need")))
    if seen.others and seen.stored.exchange.state == rules.REQUESTED:
        is_want = seen.stored.exchange.direction == "want"
        label = _("Others who offer something for it") if is_want else _("Others who wait for the same")
        found.append((label, str(seen.others)))
        found += [] if is_want else [(_("Their turn"), _turn(seen))]
    return found


def _turn(seen: Seen) -> str:
    """Whether they come first, by what the organisation has stated for when several ask."""
    if not seen.before:
        said = _("They come first.")
    else:
        said = ngettext(
            "%(shown)s other comes before them.",
            "%(shown)s others come before them.",
            seen.before,
            shown=number(seen.before),
        )
    return f"{said} {word(seen.fairness, 'fairness')}"

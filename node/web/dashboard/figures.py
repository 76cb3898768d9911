"""From sums to what the pages about them show: figures with their ranges, rows with their bars, and where they lead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from node.services.dashboard.reading import Dashboard
from node.web.dashboard import words as say
from node.web.view_models.dashboard import ImpactFigure, ImpactLedger, ImpactRow, ImpactStep, ImpactTable
from node.web.wording import words
from node.web.wording.code_words import category, word
from node.web.wording.phrases import say as _
from node.web.wording.phrases import say_many
from schemas.exchange import UNKNOWN
from schemas.handover import DIFFERS, ONE_OPERATOR
from schemas.standings import AFTER_A_YES, BEFORE_A_YES, Standings
from schemas.tally import ONE_SIDED

PathOf = Callable[[str], str | None]
NOT_KNOWN = "–"
"""Stands in the place of a number that nobody knows: it is not none."""


def headline(found: Dashboard) -> tuple[ImpactFigure, ...]:
    """What is asked first: how much, how surely, how fast, and by how many."""
    total, organisations = found.total, found.organisations
    confirmed, ended = total.confirmed("exchanges"), total.all("exchanges")
    share = say.share(total.success)
    among = _("of %(count)s that ended", count=words.number(ended))
    unit = say_many("handover that both sides confirmed", "handovers that both sides confirmed", confirmed)
    figures = [ImpactFigure(words.number(confirmed), unit, among, anchor="how-confirmed")]
    if share is not None:
        figures.append(ImpactFigure(f"{share}\u00a0%", _("ended well"), among, anchor="how-success"))
    parted = _(
        "%(giving)s gave, %(taking)s received",
        giving=words.number(organisations.giving),
        taking=words.number(organisations.taking),
    )
    unit = say_many("organisation took part", "organisations took part", organisations.all)
    figures.append(ImpactFigure(words.number(organisations.all), unit, parted, anchor="how-active"))
    middle = total.middle_span
    if middle is not None:
        figures.append(
            ImpactFigure(say.days(*middle, short=True), _("until half of the gifts had a taker"), anchor="how-days")
        )
    return tuple(figures)


def ledgers(total: Standings, currency: str) -> tuple[ImpactLedger, ...]:
    """What was handed over and confirmed, each kind in its own units."""
    found = (
        ImpactLedger(_("Goods given"), "give", tuple(_goods(total, currency))),
        ImpactLedger(_("Things lent"), "lend", tuple(_loans(total))),
        ImpactLedger(_("Rooms used"), "host", tuple(_hours(total, "space", _("hours of rooms")))),
        ImpactLedger(_("Help given"), "help", tuple(_hours(total, "skill", _("hours of help")))),
    )
    return tuple(one for one in found if one.figures)


def _goods(total: Standings, currency: str) -> Iterator[ImpactFigure]:
    of = total.confirmed
    if not of("weighed") + of("unweighed"):
        return
    number, unit = say.mass(of("weight_g")) if of("weighed") else (NOT_KNOWN, _("kg"))
    yield ImpactFigure(
        number, _("%(unit)s kept in use", unit=unit), _sources(of), _unknown(of("unweighed")), "how-weight"
    )
    if of("co2e_known"):
        number, unit = say.mass(of("co2e_g"))
        missing = of("weighed") + of("unweighed") - of("co2e_known")
        note = _without(missing)
        ranged = say.mass_range(of("co2e_low_g"), of("co2e_high_g"), of("co2e_g"))
        yield ImpactFigure(number, _("%(unit)s CO₂e avoided, about", unit=unit), ranged, note, "how-co2e")
    if of("cost_known"):
        note = _without(of("weighed") + of("unweighed") - of("cost_known"))
        amount = say.money(of("cost_pence"), currency)
        yield ImpactFigure(amount, _("of disposal avoided"), _("landfill tax alone"), note, "how-cost")


def _sources(of: Callable[[str], int]) -> str:
    parts = (
        ("measured_g", _("measured: %(mass)s")),
        ("stated_g", _("stated: %(mass)s")),
        ("default_g", _("usual weights: %(mass)s")),
    )
    return ", ".join(text % {"mass": say.massed(of(name))} for name, text in parts if of(name))


def _unknown(count: int) -> str:
    told = words.number(count)
    text = say_many(
        "weight not known of %(count)s handover", "weight not known of %(count)s handovers", count, count=told
    )
    return text if count else ""


def _without(count: int) -> str:
    told = words.number(count)
    text = say_many("no figure for %(count)s handover", "no figure for %(count)s handovers", count, count=told)
    return text if count else ""


def _loans(total: Standings) -> Iterator[ImpactFigure]:
    uses, lent = total.confirmed("uses"), total.confirmed("lent")
    if uses:
        note = _("%(count)s things in all", count=words.number(lent)) if lent != uses else ""
        yield ImpactFigure(words.number(uses), say_many("loan", "loans", uses), note, anchor="how-uses")


def _hours(total: Standings, ledger: str, unit: str) -> Iterator[ImpactFigure]:
    times, unknown = total.confirmed(ledger), total.confirmed(f"{ledger}_unknown")
    if times:
        ranged = say_many("%(count)s time", "%(count)s times", times, count=words.number(times))
        told = words.number(unknown)
        text = say_many("hours not known of %(count)s time", "hours not known of %(count)s times", unknown, count=told)
        known = say.hours(total.confirmed(f"{ledger}_minutes")) if unknown < times else NOT_KNOWN
        yield ImpactFigure(known, unit, ranged, text if unknown else "", "how-hours")


def months(found: Dashboard, path_of: PathOf) -> ImpactTable:
    """A row for each month, and the heights of its columns."""
    most = max((one.all("exchanges") for one in found.months.values()), default=0)
    highest = max((one.confirmed("co2e_high_g") for one in found.months.values()), default=0)
    rows = []
    for month, sums in found.months.items():
        row = _row(say.month(month), sums, most, path_of(month) if sums.all("exchanges") else None, highest=highest)
        rows.append(replace(row, organisations=found.active.get(month, 0)))
    return ImpactTable("months", _("Month by month"), _("Month"), tuple(rows))


def table(found: Dashboard, dimension: str, title: str, heading: str, path_of: PathOf) -> ImpactTable:
    """A row for each value of a dimension."""
    values, chosen = found.by[dimension], found.narrowing.chosen.get(dimension)
    most = max((one.all("exchanges") for one in [*values.values(), found.elsewhere]), default=0)
    rows = [
        replace(
            _row(say.value(dimension, value), sums, most, path_of(value) if value else None),
            current=value == chosen,
            foreign=dimension == "place" and bool(value),
        )
        for value, sums in values.items()
    ]
    if dimension == "place" and found.elsewhere.all("exchanges"):
        rows.append(_row(_("All other places"), found.elsewhere, most, None))
    return ImpactTable(dimension.replace("_", "-"), title, heading, tuple(rows))


def _row(label: str, sums: Standings, most: int, path: str | None, highest: int = 0) -> ImpactRow:
    of, ended, confirmed = sums.confirmed, sums.all("exchanges"), sums.confirmed("exchanges")
    known = bool(of("co2e_known"))
    return ImpactRow(
        label=label,
        ended=ended,
        confirmed=confirmed,
        share=say.share(sums.success),
        path=path,
        weight=say.massed(of("weight_g")) if of("weighed") else "",
        co2e=say.massed(of("co2e_g")) if known else "",
        co2e_range=say.mass_range(of("co2e_low_g"), of("co2e_high_g"), of("co2e_g")) if known else "",
        uses=of("uses"),
        space=say.hours(of("space_minutes")) if of("space_minutes") else "",
        skills=say.hours(of("skill_minutes")) if of("skill_minutes") else "",
        width=_hundredths(ended, most),
        part=_hundredths(confirmed, most),
        low=_hundredths(of("co2e_low_g"), highest),
        central=_hundredths(of("co2e_g"), highest),
        high=_hundredths(of("co2e_high_g"), highest),
    )


def _hundredths(value: int, most: int) -> int:
    """A length; what is there at all is seen."""
    return max(1, min(100, round(100 * value / most))) if value > 0 and most > 0 else 0


def funnel(total: Standings) -> tuple[ImpactStep, ...]:
    """From asking to what both sides confirmed; each is a part of the one before."""
    of = total.funnel
    steps = (
        (_("Asked, and over now"), of.asked),
        (_("The owner said yes"), of.agreed),
        (_("Ended as handed over, as one side at least says"), of.handed_over),
        (_("Confirmed by both sides"), of.confirmed),
    )
    *before, last = (
        ImpactStep(label, number, _hundredths(number, of.asked), _of(number, of.asked)) for label, number in steps
    )
    return *before, replace(last, strong=True)


def _of(part: int, whole: int) -> str:
    return f"{say.share(part / whole)}\u00a0%" if whole else ""


def lost(total: Standings) -> tuple[ImpactStep, ...]:
    """Where exchanges ended before anything was handed over, as far as is known, the most frequent first."""
    counts = {outcome: total.all(outcome) for outcome in (*BEFORE_A_YES, *AFTER_A_YES)}
    counts[UNKNOWN] -= total.unanswered
    return _steps({word(code, "ended"): number for code, number in counts.items() if number})


def apart(total: Standings) -> tuple[ImpactStep, ...]:
    """What was handed over as somebody says, and is not counted."""
    return tuple(
        ImpactStep(word(code, "standing"), number, note=_weighed(total, code))
        for code in (ONE_SIDED, ONE_OPERATOR, DIFFERS)
        if (number := total.of(code, "exchanges"))
    )


def _weighed(total: Standings, code: str) -> str:
    return say.massed(total.of(code, "weight_g")) if total.of(code, "weighed") else ""


def days(total: Standings) -> tuple[ImpactStep, ...]:
    """How long gifts looked for a home, in spans; none where no days are known."""
    spans = total.spans
    most = max(number for *_, number in spans)
    if not most:
        return ()
    steps = [
        ImpactStep(say.days(begin, end), number, _hundredths(number, most), strong=(begin, end) == total.middle_span)
        for begin, end, number in spans
    ]
    unknown = total.confirmed("days_unknown")
    return (*steps, *([ImpactStep(_("not known"), unknown, _hundredths(unknown, most))] if unknown else []))


def wanted(counts: Mapping[str, int], path_of: PathOf) -> tuple[ImpactStep, ...]:
    """What is looked for now, by kind."""
    most = max(counts.values(), default=0)
    ordered: Iterable[tuple[str, int]] = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(
        ImpactStep(category(root).plural, number, _hundredths(number, most), path=path_of(root))
        for root, number in ordered
    )


def _steps(counts: Mapping[str, int]) -> tuple[ImpactStep, ...]:
    most = max(counts.values(), default=0)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(ImpactStep(label, number, _hundredths(number, most)) for label, number in ordered)

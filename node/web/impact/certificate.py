"""From a year of an organisation to its certificate: each ledger by itself, each figure with how it is known."""

from __future__ import annotations

from datetime import date

from node.services.impact.recognising import Year
from node.web.dashboard.words import mass_range, massed
from node.web.impact.earned import all_badges, level_box
from node.web.impact.saved import money
from node.web.view_models.parts import Head, Link
from node.web.view_models.recognition import CertificateFigure, CertificatePage
from node.web.wording import words
from node.web.wording.phrases import say as _
from node.web.wording.phrases import say_many
from schemas.handover import DEFAULT, MEASURED, NOT_KNOWN, STATED
from schemas.impact import GoodsTotal, UseTotal

Group = tuple[str, tuple[CertificateFigure, ...]]


def certificate_page(
    found: Year, today: date, currency: str, address: str, back: Link, qr_path: str
) -> CertificatePage:
    """The certificate of a year; ``address`` is that of the organisation's page, where it can be checked."""
    earned, given = found.recognition, found.given
    names = {badge.badge.id for badge in earned.badges}
    groups = [_goods(given.goods, currency), _loans(given.loans), _hours(_("Rooms"), given.space)]
    groups += [_hours(_("Skills and a hand"), given.skills)]
    title = _("Certificate of %(year)s: %(organisation)s", year=found.year, organisation=found.organisation.name)
    return CertificatePage(
        head=Head(title, indexed=False),
        organisation=found.organisation.name,
        year=found.year,
        until=found.until,
        shared=found.shared,
        received=found.taken,
        address=address,
        qr_path=qr_path,
        back=back,
        running=found.year == today.year,
        level=level_box(earned.level, earned.level_since, earned.handovers) if earned.level else None,
        badges=tuple(badge for badge in all_badges(whole=True) if badge.id in names),
        groups=tuple(group for group in groups if group[1]),
        notes=tuple(_notes(found)),
        estimated=_is_estimated(given.goods),
    )


def _is_estimated(goods: GoodsTotal) -> bool:
    return bool(goods.co2e_g or goods.cost_pence)


def _goods(goods: GoodsTotal, currency: str) -> Group:
    if not goods.handovers:
        return "", ()
    figures = [CertificateFigure(_("Things given"), words.number(goods.quantity))]
    if goods.weight_g:
        figures.append(CertificateFigure(_("Kept in use"), massed(goods.weight_g), _weighed(goods)))
    if goods.co2e_g:
        least_most = mass_range(goods.co2e_low_g, goods.co2e_high_g, goods.co2e_g)
        figures.append(CertificateFigure(_("CO2e avoided, about"), massed(goods.co2e_g), least_most))
    if goods.cost_pence:
        figures.append(
            CertificateFigure(_("Disposal avoided"), money(goods.cost_pence, currency), _("landfill tax alone"))
        )
    return _("Things to keep"), tuple(figures)


def _weighed(goods: GoodsTotal) -> str:
    """How the weights are known, each way with how often."""
    ways = (
        (MEASURED, _("%(count)s measured")),
        (STATED, _("%(count)s stated")),
        (DEFAULT, _("%(count)s usual weights")),
        (NOT_KNOWN, _("%(count)s not known and not counted")),
    )
    return ", ".join(text % {"count": words.number(goods.weighed[way])} for way, text in ways if goods.weighed[way])


def _loans(loans: UseTotal) -> Group:
    if not loans.handovers:
        return "", ()
    return _("Things to borrow"), (CertificateFigure(_("Loans that came back"), words.number(loans.handovers)),)


def _hours(title: str, use: UseTotal) -> Group:
    """Hours, and how often nobody noted any."""
    if not use.handovers:
        return "", ()
    figures = [CertificateFigure(_("Times"), words.number(use.handovers))]
    if use.minutes:
        missing = words.number(use.without_minutes)
        note = (
            say_many(
                "%(count)s time without a number",
                "%(count)s times without a number",
                use.without_minutes,
                count=missing,
            )
            if use.without_minutes
            else ""
        )
        figures.append(CertificateFigure(_("Hours"), words.number(round(use.minutes / 60, 1)), note))
    return title, tuple(figures)


def _notes(found: Year) -> list[str]:
    notes = [
        _("Only handovers count that both sides confirmed, each with a signed receipt."),
        _("Things, loans, rooms and help are counted each by itself and never added up."),
    ]
    if _is_estimated(found.given.goods):
        versions = ", ".join(found.given.factors)
        notes.append(_("CO2e and disposal are estimates, by the factors of version %(version)s.", version=versions))
    version = found.recognition.version
    return [
        *notes,
        _("Level and badges are those of the last day, by version %(version)s of the rules.", version=version),
    ]

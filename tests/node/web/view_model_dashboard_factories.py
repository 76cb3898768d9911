"""The pages about what sharing comes to, filled with what could stand there."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make

PERIOD = vm.ImpactPeriod(
    "January 2026 to December 2026", "2026-01", "2026-12", (vm.Link("This year", "/impact?from=2026-01", True),)
)


def _row(label: str, **values: Any) -> vm.ImpactRow:
    usual = {"share": 42, "path": "/impact?action=give", "weight": "1,204 kg", "co2e": "3,100 kg", "uses": 3}
    usual |= {"co2e_range": "900 to 7,100 kg", "space": "12", "skills": "4.5", "width": 80, "part": 40}
    return vm.ImpactRow(label, 19, 8, **{**usual, "low": 10, "central": 30, "high": 70, **values})


def page() -> vm.ImpactPage:
    weight = vm.ImpactFigure("1,204", "kg", "measured: 40 kg", "weight not known of 3 handovers", "how-weight")
    months = vm.ImpactTable(
        "months",
        "Month by month",
        "Month",
        (_row("January 2026", organisations=4), vm.ImpactRow("February 2026", 0, 0, organisations=0)),
    )
    places = vm.ImpactTable("place", "By place", "Place", (_row("Eye", current=True, foreign=True), _row("Orton")))
    step = vm.ImpactStep("The owner said no", 4, 30, "12 %", path="/search?direction=want")
    return vm.ImpactPage(
        head=make.head("What sharing achieves"),
        action_path="/impact",
        period=PERIOD,
        filters=(vm.ImpactFilter("action", "Kind", (vm.Choice("", "Everything"), vm.Choice("give", "Things", True))),),
        applied=(vm.Link("Things to keep", "/impact"),),
        ended=19,
        figures=(vm.ImpactFigure("8", "handovers that both sides confirmed", "of 19", anchor="how-confirmed"),),
        ledgers=(vm.ImpactLedger("Goods given", "give", (weight,)),),
        months=months,
        most_ended="19",
        most_co2e="7,100 kg",
        tables=(places,),
        funnel=(step, vm.ImpactStep("Confirmed by both sides", 8, 20, strong=True)),
        lost=(step,),
        days=(vm.ImpactStep("2 to 3 days", 5, 100),),
        middle="2 to 3 days",
        apart=(vm.ImpactStep("Only one side confirmed it", 2, note="40 kg"),),
        wanted=(step,),
        list_path="/impact/handovers",
        report_path="/impact/report",
        csv_path="/impact.csv",
        json_path="/impact.json",
        descriptor_path="/impact-datapackage.json",
        factors_path="/impact/method",
        everything_path="/impact?from=2019-01",
        licence=vm.Link("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        made_at=make.ago(minutes=1),
    )


def handovers() -> vm.ImpactHandoversPage:
    words = (
        "12 March",
        "Oak desk",
        "Desks",
        "give",
        "Park House",
        "a person",
        "Handed over",
        "Both sides confirmed it",
    )
    return vm.ImpactHandoversPage(
        head=make.head("Exchanges"),
        month="March 2026",
        back_path="/impact",
        rows=(
            vm.ImpactHandover(
                *words, confirmed=True, amount="26 kg", co2e="7 to 29 kg", place="Eye", path="/listings/1"
            ),
            vm.ImpactHandover(*words),
        ),
        months=(vm.Link("March 2026", "/impact/handovers?month=2026-03", True), vm.Link("May 2026", "/impact")),
        applied=("Things to keep",),
        pager=make.PAGER,
    )


NOTHING = vm.ImpactPage(vm.Head("A page"), "/impact", PERIOD)
FULL = MappingProxyType(
    {
        "impact": ("portal/impact.html", page()),
        "impact-report": ("portal/impact_report.html", page()),
        "impact-handovers": ("portal/impact_handovers.html", handovers()),
    }
)
MINIMAL = MappingProxyType(
    {
        "impact": ("portal/impact.html", NOTHING),
        "impact-report": ("portal/impact_report.html", NOTHING),
        "impact-handovers": (
            "portal/impact_handovers.html",
            vm.ImpactHandoversPage(vm.Head("A page"), "March 2026", "/impact"),
        ),
    }
)

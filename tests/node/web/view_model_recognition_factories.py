"""View models of levels and badges, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from datetime import date
from typing import Any

from node.web.view_models import all_pages as vm
from node.web.view_models.recognition import AheadBox, BadgeBox, CertificateFigure, LevelBox, RecognitionBox
from tests.node.web import view_model_desk_factories as desk
from tests.node.web import view_model_factories as make

PATH = "/organisations/otters"
HEAD = vm.Head("A page", indexed=False)
LEVELS = (
    LevelBox("Open door", "Something was shared, and both sides said so.", 1, 1, 1),
    LevelBox("Good neighbour", "Shared five times, in two months or more.", 2, 5, 2),
)
BADGES = (
    BadgeBox("giver", "give", "Ten gifts", "Gave something away ten times."),
    BadgeBox("pioneer", "first", "First of its kind", "Was the first to share something in a category."),
)


def earned(id_: str, sign: str, name: str, **more: Any) -> BadgeBox:
    path = f"{PATH}/badges/{id_}"
    code = f'<a href="https://shares.example{PATH}"><img src="https://shares.example{path}.svg" alt="{name}"></a>'
    told = {"since": date(2026, 3, 12), "picture_path": f"{path}.svg", "code": code, **more}
    return BadgeBox(id_, sign, name, "What it takes to have it.", **told)


def box() -> RecognitionBox:
    ahead = AheadBox("Steady hand", "Shared fifteen times, in four months or more.", 7, 15, 3, 4)
    return RecognitionBox(
        "/recognition",
        f"{PATH}/recognition.json",
        LevelBox("Good neighbour", "Shared five times.", 2, 5, 2, date(2026, 5, 3), 7),
        ahead,
        (
            earned("giver", "give", "Ten gifts", credential_path=f"{PATH}/badges/giver.jwt"),
            earned("pioneer", "first", "First of its kind", note="Tents, Plan chests"),
        ),
        (ahead, AheadBox("Fifty gifts", "Gave something away fifty times.", 10, 50, 1, 1)),
        (vm.Link("2026", f"{PATH}/certificate/2026"), vm.Link("2025", f"{PATH}/certificate/2025")),
        earned("level", "level", "Good neighbour"),
    )


def about(whole: bool = True) -> vm.RulesPage:
    return vm.RulesPage(make.head("Levels and badges"), LEVELS, BADGES, "1", "/recognition.json", whole)


def at_the_desk() -> vm.DeskRecognitionPage:
    return vm.DeskRecognitionPage(HEAD, desk.frame("recognition"), box(), PATH)


def certificate() -> vm.CertificatePage:
    figures = (
        CertificateFigure("Things given", "14"),
        CertificateFigure("Kept in use", "312 kg", "4 measured, 8 usual weights, 2 not known and not counted"),
        CertificateFigure("CO2e avoided, about", "640 kg", "from 310 kg to 1,020 kg"),
    )
    return vm.CertificatePage(
        HEAD,
        "Ottersedge Scout Group",
        2026,
        date(2026, 12, 1),
        31,
        4,
        f"https://shares.example{PATH}",
        f"{PATH}/qr.svg",
        vm.Link("Ottersedge Scout Group", PATH),
        True,
        box().level,
        BADGES,
        (("Things to keep", figures), ("Rooms", (CertificateFigure("Hours", "12"),))),
        ("Only handovers count that both sides confirmed.", "Nothing is added up."),
        True,
        "https://shares.example/impact/method",
    )


MINIMAL: dict[str, tuple[str, Any]] = {
    "recognition": ("portal/recognition.html", vm.RulesPage(HEAD, (), (), "1", "/recognition.json")),
    "desk-recognition": (
        "desk/recognition.html",
        vm.DeskRecognitionPage(HEAD, desk.BARE, RecognitionBox("/recognition", "/x.json"), "/organisations/x"),
    ),
    "certificate": (
        "portal/certificate.html",
        vm.CertificatePage(
            HEAD, "X", 2025, date(2025, 12, 31), 0, 1, "https://x.example/", "/qr.svg", vm.Link("X", "/o/x")
        ),
    ),
    "organisation-new": (
        "portal/organisation.html",
        vm.OrganisationPage(HEAD, vm.OrganisationBox("X", "/o/x"), recognition=RecognitionBox("/recognition", "/x")),
    ),
}

"""View models of what sharing is good for, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from typing import Any

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make

METHOD = "/impact/method"
PATH = "/organisations/otters"
FIGURES = (
    vm.EffectFigure("1,240", "kg kept in use", "", "weight"),
    vm.EffectFigure("2,312.4", "kg of CO2e avoided, about", "between 904 kg and 3,791.5 kg", "co2e"),
)
CODE = f'<a href="https://shares.example{PATH}"><img src="https://shares.example{PATH}/impact.svg" alt="Otters"></a>'


def box() -> vm.EffectBox:
    groups = (
        vm.EffectGroup("People and organisations", (vm.EffectFigure("41", "times something was shared"),)),
        vm.EffectGroup("Things kept in use", FIGURES, "Gifts: 30 weighed, 3 weight not known."),
    )
    notes = ("Of 3 gifts nobody knows what they have avoided; they add nothing here.",)
    return vm.EffectBox(METHOD, f"{PATH}/impact.json", groups, notes, f"{PATH}/impact.svg", "Otters: 1,240 kg", CODE)


def line() -> vm.EffectLine:
    return vm.EffectLine("About 26 kg stay in use, and 10.4 to 48 kg of CO2e are avoided.", METHOD)


def strip() -> vm.EffectStrip:
    return vm.EffectStrip(FIGURES, METHOD, "Of 3 gifts the weight is not known; they are not in this.", "/impact")


def method() -> vm.MethodPage:
    goods = (
        vm.MethodGoods("Laptops", "laptop, netbook", "1.83", "Restart", "72", "133", "218", "each", "Restart: Laptop"),
        vm.MethodGoods("Anything else", "everything else there", "", "", "", "", "", "", ""),
    )
    sources = (
        vm.MethodSource("Data, 2021", "Restart", "CC-BY-SA-4.0", "https://restart.example"),
        vm.MethodSource("A figure", "WRAP", "fact", quoted_by="somebody"),
    )
    rates = (vm.MethodRate("1 April 2026", "31 March 2027", "£130.75"),)
    worth = (("An hour of help", "£20.00"),)
    head, json_path = make.head("How we work it out"), "/impact/factors.json"
    given = ("0.27", "0.5", "0.82"), goods, rates, sources, json_path, "CC-BY-SA-4.0", "Restart."
    return vm.MethodPage(head, "sharefeed-2026.1", *given, own_path="/impact/factors/own.json", worth=worth)


MINIMAL: dict[str, tuple[str, Any]] = {
    "impact-method": (
        "portal/impact_method.html",
        vm.MethodPage(make.head("Method"), "1", ("0", "0.5", "1"), (), (), (), "/impact/factors.json", "CC0-1.0", ""),
    ),
}

"""View models of the operator's pages about the appearance, full of something realistic."""

from __future__ import annotations

from dataclasses import replace

from node.services.configuration.appearance_form import NAMES
from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make
from tests.node.web import view_model_operator_factories as operate

LIGHT = vm.ShadeSample("light", "#1e6b4a", "#ffffff", "#fbf8f1", "#1d2a24", 5.5, 6.4)
DARK = vm.ShadeSample("dark", "#6fd0a0", "#0d1913", "#121815", "#ecefe9", 8.6, 9.6, True)


def frame() -> vm.ControlFrame:
    return operate.frame("appearance", appearance_path="/control/appearance")


def hidden(**typed: str) -> vm.Form:
    return replace(make.form(), typed=typed)


def bar(**more: bool) -> vm.PreviewBar:
    return replace(
        vm.PreviewBar("/control/appearance", "/control/appearance/preview", hidden(mark="0f0f")),
        **more,  # type: ignore[arg-type]
    )


def history() -> tuple[vm.VersionRow, ...]:
    row, back = vm.VersionRow, hidden(to="3", basis="7")
    return (
        row(make.ago(hours=2), "3f0c9a52", mine=True, current=True, changed=("logo",), to_settings=True),
        row(make.ago(days=1), "77aa0b1c", changed=("map_lat", "map_lon"), back_to=make.ago(days=3), restore=back),
        row(make.ago(days=9), "77aa0b1c", restore=back),
    )


def appearance(wrong: bool = False) -> vm.AppearancePage:
    from_here = {name: vm.ValueSource(True, "Share" if name == "node_name" else "") for name in NAMES[:6]}
    from_settings = {name: vm.ValueSource(False, "52.57" if name == "map_lat" else "") for name in NAMES[6:]}
    return vm.AppearancePage(
        make.head("Appearance"),
        frame(),
        make.form(*NAMES, wrong=wrong),
        {**from_here, **from_settings},
        vm.ColourVerdict("#1e6b4a", (LIGHT, DARK), 4.5),
        (vm.Choice("", "As is usual in the country: miles", True), vm.Choice("km", "Kilometres")),
        "English",
        "/control/appearance/preview",
        "/control/appearance/colour",
        "/search.geojson",
        make.image("Peterborough Shares"),
        make.ago(minutes=5),
        "3f0c9a52",
        True,
        ("node_name", "map_lat", "map_lon"),
        hidden(mark="0f0f"),
        hidden(mark="0f0f"),
        hidden(to="6", basis="7"),
        hidden(to="0", basis="7"),
        history(),
    )


def untouched() -> vm.AppearancePage:
    nowhere = {name: vm.ValueSource() for name in NAMES}
    verdict = vm.ColourVerdict("", (LIGHT, DARK), 4.5)
    paths = "/control/appearance/preview", "/control/appearance/colour", "/search.geojson"
    return vm.AppearancePage(vm.Head("Appearance"), frame(), make.form(*NAMES), nowhere, verdict, (), "English", *paths)


def logo() -> vm.LogoPage:
    source = vm.ValueSource(True, "https://city.example/logo.svg")
    return vm.LogoPage(
        make.head("Logo"), frame(), make.form("file", wrong=True), source, "/control/appearance", make.image("Shares")
    )


def no_logo() -> vm.LogoPage:
    return vm.LogoPage(vm.Head("Logo"), frame(), make.form(), vm.ValueSource(), "/control/appearance")


def preview() -> vm.PreviewPage:
    def links(*labels: str) -> tuple[vm.Link, ...]:
        return tuple(vm.Link(label, f"/control/appearance/preview?x={label}", label == labels[0]) for label in labels)

    return vm.PreviewPage(
        make.head("Preview"),
        frame(),
        "/control/preview/light/",
        "/control/preview/auto/",
        links("Home", "Search"),
        links("Light", "Dark"),
        links("Phone", "Tablet"),
        "768",
        hidden(mark="0f0f"),
    )


def no_preview() -> vm.PreviewPage:
    return vm.PreviewPage(vm.Head("Preview"), frame(), "/control/preview/light/", "/control/preview/auto/")

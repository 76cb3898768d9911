"""Listings on other websites: the frame and the page that makes it, filled with what could stand there."""

from __future__ import annotations

from dataclasses import replace

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make


def frame() -> vm.EmbedFrame:
    shown = (replace(make.OFFERS[0], image=make.image()), *make.OFFERS[1:5], *make.WANTS[:1])
    everything = vm.Link("See all 14", "/organisations/otters")
    return vm.EmbedFrame(
        make.head("Shared by Otters"), "Shared by Otters", everything, shown, 14, "dark", "/embed/x.css"
    )


def one() -> vm.EmbedFrame:
    return replace(frame(), cards=make.OFFERS[1:2], single=True)


def gone() -> vm.EmbedFrame:
    return replace(frame(), cards=(), single=True, gone="This is no longer on the board.")


def choices(*values: str) -> tuple[vm.Choice, ...]:
    return tuple(vm.Choice(value, f"Choice {value}", number == 1) for number, value in enumerate(values))


def maker() -> vm.EmbedMaker:
    codes = (
        vm.EmbedCode("One line", "It grows.", '<script async src="https://shares.example/embed.js"></script>'),
        vm.EmbedCode("Without a script", "It does not.", '<iframe src="https://shares.example/embed"></iframe>'),
    )
    form = vm.Form("/embed/make", "", {"q": "desk", "colour": "red"}, {"colour": "Write a colour as #1E6B4A."})
    return vm.EmbedMaker(
        make.head("Put listings on your website"),
        form,
        "/embed?q=desk",
        702,
        codes,
        choices("", "otters"),
        choices("", "offer", "want"),
        choices("3", "6"),
        choices("auto", "dark"),
        choices("", "pl"),
        carried=(("near", "Fengate"),),
        said="near Fengate",
        page_url="https://shares.example/search?q=desk",
    )

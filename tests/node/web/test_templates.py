"""Every page renders whatever it is given, lets nothing through, and can be used without eyes, mouse or scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise

import pytest
from lxml import html

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_appearance_factories as look
from tests.node.web import view_model_factories as make
from tests.node.web import view_model_pages as pages
from tests.node.web.page_rendering import NAMES, STATIC, TEMPLATES, render, text_of, tree_of

DATA_BLOCKS = {"application/json", "application/ld+json"}
LINKING = ("href", "src", "action", "formaction", "poster", "data", "srcset")
ADDRESS = re.compile(r"(?:https?://|mailto:|/(?![/\\])|#|$)")


def every_page(check: Callable[[str, str], None]) -> Callable[[], None]:
    """One test that asks a page after the other and names each that fails; as many tests took twenty times as long."""

    def test() -> None:
        wrong: dict[str, str] = {}
        for flavour, name in NAMES:
            try:
                check(flavour, name)
            except Exception as error:
                wrong[f"{flavour}-{name}"] = repr(error)
        assert not wrong, "\n\n".join(f"{page}: {said}" for page, said in wrong.items())

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


def shown_templates() -> set[str]:
    found = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    return {
        name
        for name in found
        if not name.startswith("macros/")
        and name not in ("desk/frame.html", "desk/private.html")
        and name.rsplit("/")[-1] not in ("base.html", "footer.html")
    }


@pytest.mark.parametrize("flavour", [pytest.param(pages.FULL, id="full"), pytest.param(pages.MINIMAL, id="minimal")])
def test_every_template_is_rendered_by_these_tests(flavour: dict[str, tuple[str, object]]) -> None:
    assert {template for template, _ in flavour.values()} == shown_templates()


def test_the_contract_lists_every_template_and_its_page() -> None:
    rows = dict(re.findall(r"^(\w+/\w+\.html) +(\w+)$", vm.__doc__ or "", re.MULTILINE))
    assert rows == {template: type(page).__name__ for template, page in pages.FULL.values()}


@pytest.mark.parametrize("name", vm.__all__)
def test_view_models_are_frozen_slotted_and_say_what_they_are(name: str) -> None:
    model = getattr(vm, name)
    assert is_dataclass(model)
    assert model.__dataclass_params__.frozen
    assert "__slots__" in vars(model)
    assert model.__doc__
    assert not model.__doc__.startswith(name + "(")


@every_page
def test_the_title_says_once_that_something_is_wrong(flavour: str, name: str) -> None:
    tree = tree_of(flavour, name)
    wrong = bool(tree.xpath("//main//*[contains(concat(' ', @class, ' '), ' error-summary ')]"))
    assert tree.findtext(".//title").count("Error:") in ({1} if wrong else {0, 1})


@every_page
def test_renders_a_whole_document(flavour: str, name: str) -> None:
    text = text_of(flavour, name)
    assert text.startswith("<!doctype html>")
    assert text.rstrip().endswith("</html>")
    assert "None" not in re.sub(r"\b(?:none|None)-", "", tree_of(flavour, name).text_content())


@every_page
def test_no_script_or_style_of_a_stranger_and_none_inline(flavour: str, name: str) -> None:
    tree = tree_of(flavour, name)
    inline = [node for node in tree.iter("script") if node.get("src") is None and node.get("type") not in DATA_BLOCKS]
    assert inline == []
    assert list(tree.iter("style", "object", "embed", "base")) == []
    # One page shows pages of this site in a frame: the operator's preview.
    framed = list(tree.iter("iframe"))
    assert len(framed) <= (1 if name in ("preview", "embed-make") else 0)
    assert all(own_path(frame.get("src")) for frame in framed)
    assert all(frame.get("title") for frame in framed)
    assert tree.xpath("//@style | //@*[starts-with(name(), 'on')] | //*[@src='x']") == []


def own_path(address: str | None) -> bool:
    """Whether this is a path on this site, or was taken away because it was none."""
    return address is not None and bool(re.match(r"(?:/(?![/\\\\])|$)", address))


@every_page
def test_links_lead_only_where_a_page_may_link(flavour: str, name: str) -> None:
    addresses = [str(value) for attribute in LINKING for value in tree_of(flavour, name).xpath(f"//@{attribute}")]
    assert addresses
    assert [address for address in addresses if not ADDRESS.match(address)] == []


@pytest.mark.parametrize("name", pages.HOSTILE)
def test_hostile_text_arrives_as_text(name: str) -> None:
    tree = tree_of("hostile", name)
    assert "<script>alert(1)</script>" in tree.text_content()
    assert "<script>alert(1)" not in text_of("hostile", name)


@every_page
def test_data_blocks_are_json(flavour: str, name: str) -> None:
    for block in tree_of(flavour, name).iter("script"):
        if block.get("type") in DATA_BLOCKS:
            assert isinstance(json.loads(block.text), dict)


@every_page
def test_every_picture_has_words_or_is_hidden(flavour: str, name: str) -> None:
    tree = tree_of(flavour, name)
    assert [
        html.tostring(image) for image in tree.iter("img") if image.get("alt") is None or not image.get("src")
    ] == []
    assert [html.tostring(drawn) for drawn in tree.iter("svg") if drawn.get("aria-hidden") != "true"] == []


def is_labelled(control: html.HtmlElement) -> bool:
    by_id = control.getroottree().xpath("//label[@for=$id]", id=control.get("id") or "-")
    named = control.get("aria-label") or by_id or list(control.iterancestors("label"))
    return bool(named) or (control.tag == "button" and bool(control.text_content().strip()))


@every_page
def test_every_control_has_a_label(flavour: str, name: str) -> None:
    controls = tree_of(flavour, name).xpath("//input[not(@type='hidden')] | //select | //textarea | //button")
    assert [html.tostring(control) for control in controls if not is_labelled(control)] == []


@every_page
def test_links_say_something(flavour: str, name: str) -> None:
    silent = [html.tostring(link) for link in tree_of(flavour, name).iter("a") if not link.text_content().strip()]
    assert silent == []


@every_page
def test_one_first_heading_and_no_level_left_out(flavour: str, name: str) -> None:
    main = tree_of(flavour, name).get_element_by_id("main")
    levels = [
        int(node.tag[1])
        for node in main.iter("h1", "h2", "h3", "h4", "h5", "h6")
        if flavour != "full" or not in_body(node)
    ]
    assert levels.count(1) == 1
    after = levels[levels.index(1) :]
    assert [pair for pair in pairwise(after) if pair[1] > pair[0] + 1] == []


def in_body(node: html.HtmlElement) -> bool:
    """Whether a heading stands in a listing's own cleaned text, whose order is its publisher's."""
    return any("listing-text" in (above.get("class") or "") for above in node.iterancestors("section"))


@every_page
def test_ids_are_unique_and_references_find_them(flavour: str, name: str) -> None:
    tree = tree_of(flavour, name)
    ids = [str(value) for value in tree.xpath("//@id")]
    assert sorted(ids) == sorted(set(ids))
    asked = tree.xpath("//@for | //@form | //@aria-labelledby | //@aria-describedby | //@aria-controls")
    asked += [value[1:] for value in tree.xpath("//a/@href[starts-with(., '#')]")]
    assert {part for value in asked for part in str(value).split()} - set(ids) == set()


@every_page
def test_forms_that_change_something_carry_a_token(flavour: str, name: str) -> None:
    # A choice of language is on every page and harms nobody; a token would set a cookie on every page.
    for form in tree_of(flavour, name).xpath("//form[@method='post'][not(@class='language-switch')]"):
        assert form.xpath(".//input[@type='hidden'][@name='csrf_token']/@value") == ["token"]
        assert form.xpath(".//button[@type='submit']")


@every_page
def test_the_skip_link_and_the_landmarks_are_there(flavour: str, name: str) -> None:
    tree = tree_of(flavour, name)
    if name.startswith("embed-") and name != "embed-make":
        # In a frame on another website there is nothing to skip; what is in it leads out of the frame.
        assert [len(list(tree.iter(tag))) for tag in ("header", "main", "footer")] == [0, 1, 1]
        assert {link.get("target") for link in tree.iter("a")} == {"_blank"}
        assert {link.get("rel") for link in tree.iter("a")} == {"noopener"}
        return
    assert tree.xpath("//body/*[1][self::a]/@href") == ["#main"]
    assert [len(list(tree.iter(tag))) for tag in ("header", "main", "footer")][1:] == [1, 1]
    assert tree.get("lang")


@every_page
def test_static_files_that_a_page_asks_for_exist(flavour: str, name: str) -> None:
    tree = tree_of(flavour, name)
    asked = {str(value) for value in tree.xpath("//@href | //@src") if str(value).startswith("/static/")}
    assert asked
    for address in asked:
        named, _, symbol = address.removeprefix("/static/").partition("#")
        path = named.partition("?")[0]
        assert (STATIC / path).is_file(), address
        assert not symbol or f'id="{symbol}"' in (STATIC / path).read_text(), address


def test_the_search_works_without_scripts() -> None:
    tree = tree_of("full", "search")
    form = tree.get_element_by_id("search")
    boxes = tree.xpath("//input[@type='checkbox'][@form='search']")
    assert (form.get("method"), form.get("action")) == ("get", "/search")
    assert {box.get("name") for box in boxes} == {"action", "category", "organisation_type", "condition", "colour"}
    assert sorted(box.get("value") for box in boxes if box.get("checked") is not None) == [
        "furniture",
        "furniture/desk",
        "give",
        "odd/thing",
    ]
    assert len(tree.xpath("//form[@id='search']//button[@type='submit'] | //button[@form='search']")) == 2
    assert {field.get("name") for field in form.iter("input", "select")} == {
        "lang",
        "sort",
        "q",
        "near",
        "lat",
        "lon",
        "within",
    }


def test_pins_are_written_for_cards_that_have_a_point() -> None:
    cards = (make.OFFERS[0], replace(make.OFFERS[1], place=vm.Place("Somewhere")))
    page = replace(make.search(), cards=cards, map=vm.MapView(cards))
    tree = html.document_fromstring(render("portal/search.html", page, make.site()))
    settings = json.loads(tree.get_element_by_id("map-data").text)
    assert settings["points"]["features"] == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-0.2527, 52.5622]},
            "properties": {
                "path": "/listings/0",
                "title": "Six-drawer plan chest, oak",
                "sign": "give",
                "place": "Woodston",
                "organisation": "Quillbury Print & Sign",
                "precision_m": 500,
            },
        }
    ]


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        pytest.param({}, "Ask for this", "no longer", id="open"),
        pytest.param({"state": "expired"}, "can no longer be asked for", "Ask for this", id="expired"),
        pytest.param({"state": "outdated"}, "last one that was in order", "no longer", id="outdated"),
        pytest.param(
            {"card": replace(make.OFFERS[1], status="reserved")}, "ask to be next", "no longer", id="reserved"
        ),
        pytest.param({"card": make.WANTS[0]}, "Offer this", "Ask for this", id="wanted"),
        pytest.param(
            {"ask_url": "javascript:alert(1)"}, "ask the organisation itself", "Ask for this", id="bad-address"
        ),
    ],
)
def test_a_listing_says_what_can_be_done(changes: dict[str, object], said: str, unsaid: str) -> None:
    text = render("portal/listing.html", replace(make.listing(), **changes), make.site())
    assert said in text
    assert unsaid not in text


def test_what_was_typed_and_what_was_wrong_come_back() -> None:
    tree = tree_of("full", "propose")
    field = tree.get_element_by_id("url")
    assert field.get("value") == "typed url"
    assert field.get("aria-invalid") == "true"
    assert tree.xpath("//*[@data-error-summary]//a/@href") == ["#url", "#email"]
    assert tree.findtext(".//title").startswith("Error: ")


def test_a_preview_says_so_in_a_bar_unless_a_page_around_it_does() -> None:
    for framed, count in ((False, 1), (True, 0)):
        site = make.site(theme="dark", preview=look.bar(framed=framed))
        tree = html.document_fromstring(render("portal/home.html", make.home(), site))
        assert len(tree.xpath("//*[contains(@class, 'preview-bar')]")) == count
        assert (tree.get("data-theme"), tree.get("data-theme-fixed")) == ("dark", "")
        assert tree.xpath("//link[contains(@href, 'css/control.css')]")
    tree = html.document_fromstring(render("portal/home.html", make.home(), make.site()))
    assert not tree.xpath("//*[contains(@class, 'preview-bar')] | //link[contains(@href, 'css/control.css')]")


@pytest.mark.parametrize(
    ("own", "marked"), [pytest.param("pl", ["pl"] * 8, id="another language"), pytest.param("en", [], id="the same")]
)
def test_the_operator_s_own_words_say_their_language(own: str, marked: list[str]) -> None:
    """WCAG 3.1.2: name, headline, sentence, about this board; name, tagline, note and contact at the foot."""
    page = replace(make.home(), new=(), nearby=None, wanted=())
    tree = html.document_fromstring(render("portal/home.html", page, make.site(own_language=own, language_switch=None)))
    assert tree.xpath("//body//@lang") == marked


@pytest.mark.parametrize(
    ("site", "attribute", "value"),
    [
        pytest.param(make.site(), "data-theme", None, id="follows-the-system"),
        pytest.param(make.site(theme="dark"), "data-theme", "dark", id="dark"),
        pytest.param(make.site(language=vm.Language("ur", "اردو", rtl=True)), "dir", "rtl", id="right-to-left"),
    ],
)
def test_the_site_sets_theme_and_direction(site: vm.Site, attribute: str, value: str | None) -> None:
    tree = html.document_fromstring(render("portal/home.html", make.home(), site))
    assert tree.get(attribute) == value


def test_a_listing_in_another_language_says_so() -> None:
    polish = html.document_fromstring(render("portal/search.html", make.search(), make.site()))
    assert polish.xpath("//h3/a[@lang='pl']/text()") == ["Książki dla dzieci, 40 sztuk"]


def test_interface_words_are_calm() -> None:
    said = [text for path in TEMPLATES.rglob("*.html") for text in re.findall(r"_\('(.*?)'\)", path.read_text())]
    assert len(said) > 200
    assert [text for text in said if "!" in text] == []


def test_hostile_pages_spoil_every_text() -> None:
    """The walk that makes hostile pages must reach the texts of nested parts, or it would prove nothing."""
    _, page = pages.HOSTILE["search"]
    texts = [getattr(page.cards[0], part.name) for part in fields(page.cards[0])]
    assert pages.HOSTILE_TEXT in texts
    assert page.facets[1].options[0].children[0].label == pages.HOSTILE_TEXT
    assert pages.HOSTILE["listing"][1].home_url == pages.HOSTILE_URL

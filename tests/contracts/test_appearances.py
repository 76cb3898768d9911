"""How the node looks, where an operator said so: on both databases, and in processes that share one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from PIL import Image

from node.context import Node
from node.published import PublishedValues, usable
from node.services.configuration import appearance
from node.services.configuration.appearance import KEPT_VERSIONS, SETTINGS_ALONE, AppearanceChangedError
from node.services.configuration.appearance_form import NAMES, written
from node.services.limits.strangers import FormError
from node.services.pictures import logos
from node.services.syndication import node_document
from node.storage import appearances as stored
from node.storage.appearances import Draft, Logo
from node.storage.engine import Database
from tests.fakes.publisher import Clock, clock_of

BY = "3f0c9a52"


def filled(node: Node, **typed: str) -> dict[str, str]:
    """The form as it stands, with some fields typed anew."""
    prepared = appearance.prepared(node)
    return {**{name: written(getattr(prepared, name)) for name in NAMES}, **typed}


def save(node: Node, *again: str, **typed: str) -> Draft:
    return appearance.save(node, filled(node, **typed), again, appearance.state(node).basis, BY)


def publish(node: Node, **typed: str) -> None:
    appearance.publish(node, save(node, **typed).mark, BY)


def other_process(node: Node) -> Node:
    """The same node as another process has it."""
    return Node.open(appearance.configured(node), node.database, node.clock)


def picture(colour: str = "#ff0000", size: tuple[int, int] = (64, 32)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


class TestFromDraftToEveryone:
    def test_a_draft_changes_nothing_and_a_publication_everything(self, node: Node) -> None:
        draft = save(node, node_name="Fenland Shares", map_lat="52,6", brand_colour="#ABC")
        assert node.settings.node_name == "Share"
        assert (appearance.prepared(node).node_name, appearance.prepared(node).map_lat) == ("Fenland Shares", 52.6)
        appearance.publish(node, draft.mark, BY)
        settings = node.settings
        assert (settings.node_name, settings.map_lat, settings.brand_colour) == ("Fenland Shares", 52.6, "#aabbcc")
        assert node_document.described(settings).name == "Fenland Shares"
        assert appearance.configured(node).node_name == "Share"
        assert appearance.state(node).draft is None

    def test_what_equals_the_setting_is_not_kept_so_that_it_follows_it(self, node: Node) -> None:
        publish(node, node_name="Other")
        publish(node, node_name="Share", tagline="All free")
        assert appearance.state(node).values == {"tagline": "All free"}

    def test_a_field_given_back_to_the_settings_follows_them_whatever_was_typed(self, node: Node) -> None:
        publish(node, node_name="Other", tagline="All free")
        appearance.publish(node, save(node, "node_name", node_name="!").mark, BY)
        assert (node.settings.node_name, node.settings.tagline) == ("Share", "All free")

    def test_an_empty_text_comes_before_a_setting_that_is_not(self, node: Node) -> None:
        told = Node(node.settings.changed(tagline="From the file"), node.database, node.clock)
        publish(told, tagline="")
        assert (told.settings.tagline, appearance.configured(told).tagline) == ("", "From the file")

    def test_nothing_new_makes_no_version(self, node: Node) -> None:
        assert appearance.publish(node, save(node).mark, BY) is None
        assert appearance.state(node) == appearance.State(None, ())

    def test_what_is_wrong_keeps_the_draft_as_it_was(self, node: Node) -> None:
        before = save(node, tagline="All free")
        with pytest.raises(FormError) as caught:
            save(node, tagline="Else", node_name=" ")
        assert [problem.pointer for problem in caught.value.problems] == ["/node_name"]
        assert appearance.state(node).draft == before

    def test_a_discarded_draft_is_gone(self, node: Node) -> None:
        appearance.discard(node, save(node, tagline="x").mark)
        assert appearance.state(node).draft is None
        with pytest.raises(AppearanceChangedError):
            appearance.discard(node, "0" * 16)


class TestSeveralOperators:
    def test_whoever_was_overtaken_is_told_and_overwrites_nothing(self, node: Node) -> None:
        basis = appearance.state(node).basis
        theirs = save(node, tagline="Theirs")
        with pytest.raises(AppearanceChangedError):
            appearance.save(node, filled(node, tagline="Mine"), (), basis, BY)
        assert appearance.state(node).draft == theirs

    def test_only_the_draft_that_was_looked_at_is_published(self, node: Node) -> None:
        seen = save(node, tagline="Seen")
        save(node, tagline="Not seen")
        with pytest.raises(AppearanceChangedError):
            appearance.publish(node, seen.mark, BY)
        assert node.settings.tagline == ""

    def test_of_many_first_drafts_one_is_kept(self, node: Node) -> None:
        def try_to(number: int) -> bool:
            with node.database.write() as tx:
                return stored.save_draft(tx, Draft(f"{number:016}", {}, 0, BY), "")

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(try_to, range(8))) == 1


class TestGoingBack:
    def test_undo_brings_back_what_was_shown_before_and_says_so(self, node: Node) -> None:
        publish(node, node_name="One")
        first_at = node.now
        clock_of(node).pass_by(hours=1)
        publish(node, node_name="Two")
        before = appearance.state(node)
        assert before.published is not None
        assert before.before is not None
        made = appearance.go_back(node, before.before, before.published.id, BY)
        assert (node.settings.node_name, made.back_to) == ("One", first_at)
        with pytest.raises(AppearanceChangedError):
            appearance.go_back(node, before.before, before.published.id, BY)

    def test_the_first_publication_is_undone_to_the_settings_alone(self, node: Node) -> None:
        publish(node, node_name="One")
        state = appearance.state(node)
        assert state.published is not None
        assert state.before == SETTINGS_ALONE
        appearance.go_back(node, SETTINGS_ALONE, state.published.id, BY)
        assert node.settings.node_name == "Share"

    def test_the_last_ten_are_kept(self, node: Node) -> None:
        for number in range(KEPT_VERSIONS + 3):
            publish(node, node_name=f"Name {number}")
        history = appearance.state(node).history
        assert [one.values["node_name"] for one in history] == [f"Name {number}" for number in range(12, 2, -1)]
        with pytest.raises(AppearanceChangedError):
            appearance.go_back(node, history[-1].id - 1, history[0].id, BY)

    def test_a_draft_survives_it(self, node: Node) -> None:
        publish(node, node_name="One")
        draft = save(node, tagline="In work")
        state = appearance.state(node)
        assert state.published is not None
        appearance.go_back(node, SETTINGS_ALONE, state.published.id, BY)
        assert appearance.state(node).draft == draft


class TestLogos:
    def test_a_logo_goes_with_the_draft_and_out_with_it(self, node: Node) -> None:
        draft = appearance.take_logo(node, picture(), BY)
        name = logos.parts_of(draft.values["logo"])
        assert name is not None
        assert (name.width, name.height) == (64, 32)
        kept = appearance.logo(node, name.key)
        assert kept is not None
        assert not kept.published
        appearance.discard(node, draft.mark)
        assert appearance.logo(node, name.key) is None

    def test_a_published_one_is_kept_as_long_as_a_version_shows_it(self, node: Node) -> None:
        first = appearance.take_logo(node, picture(), BY)
        appearance.publish(node, first.mark, BY)
        path = first.values["logo"]
        name = logos.parts_of(path)
        assert name is not None
        assert node.settings.logo == path
        second = appearance.take_logo(node, picture("#00ff00"), BY)
        third = appearance.show_no_logo(node, BY)
        assert appearance.prepared(node).logo == ""
        appearance.publish(node, third.mark, BY)
        logo = appearance.logo(node, name.key)
        assert logo == Logo(name.key, "image/png", logo.data if logo else b"", True)
        replaced = logos.parts_of(second.values["logo"])
        assert replaced is not None
        assert appearance.logo(node, replaced.key) is None

    def test_the_setting_counts_again(self, node: Node) -> None:
        told = Node(node.settings.changed(logo="https://city.example/logo.svg"), node.database, node.clock)
        appearance.take_logo(told, picture(), BY)
        draft = appearance.use_own_logo(told, BY)
        assert "logo" not in draft.values
        assert appearance.prepared(told).logo == "https://city.example/logo.svg"

    def test_saving_the_words_keeps_the_logo(self, node: Node) -> None:
        path = appearance.take_logo(node, picture(), BY).values["logo"]
        assert save(node, tagline="All free").values == {"logo": path, "tagline": "All free"}


class TestOtherProcesses:
    def test_they_see_it_within_a_second(self, node: Node) -> None:
        other = other_process(node)
        assert other.settings.node_name == "Share"
        publish(node, node_name="Two")
        assert other.settings.node_name == "Share"
        clock_of(node).pass_by(seconds=1)
        assert other.settings.node_name == "Two"

    def test_a_clock_that_is_set_back_delays_nothing(self, node: Node) -> None:
        other = other_process(node)
        assert other.settings.node_name == "Share"
        publish(node, node_name="Two")
        clock_of(node).pass_by(hours=-1)
        assert other.settings.node_name == "Two"

    def test_they_ask_for_one_row_and_only_once_a_second(self, node: Node, database: Database) -> None:
        publish(node, node_name="Two")
        other, asked = other_process(node), Counted(database)
        known = PublishedValues(asked, node.clock)  # type: ignore[arg-type]
        for _ in range(5):
            assert known.values()["node_name"] == "Two"
        assert asked.readings == 1
        clock_of(node).pass_by(seconds=1)
        known.values()
        assert asked.readings == 2
        assert other.settings.node_name == "Two"


class Counted:
    """A database that counts how often it is read."""

    def __init__(self, database: Database) -> None:
        self.database, self.readings = database, 0

    def read(self) -> object:
        self.readings += 1
        return self.database.read()


def test_without_tables_the_settings_stand_alone(blank: Database) -> None:
    assert PublishedValues(blank, Clock()).values() == {}


def test_values_that_this_version_has_no_settings_for_are_left_out() -> None:
    published = {"node_name": "A", "map_zoom": "far", "port": 1, "gone": "x", "map_lat": 1}
    assert usable(published) == {"node_name": "A", "map_lat": 1.0}

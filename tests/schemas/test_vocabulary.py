"""The vocabulary: what every category must carry, and how paths find a home."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import FrozenInstanceError
from pathlib import Path
from string import ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import vocabulary as words
from schemas.vocabulary import categories, fold, home_of, is_path, reference_page, roots

TOP = Path(__file__).resolve().parents[2]
DATA = TOP / "schemas" / "data" / "categories.json"
EVERY = [pytest.param(category, id=path) for path, category in categories().items()]

IN_USE = {
    "item": {
        "appliances": "cleaning heating kitchen laundry",
        "av": "projector screen",
        "books": "",
        "events": "decor games",
        "furniture": "armchair bed chair desk other sofa storage table wardrobe",
        "garden": "",
        "it": "accessories desktop laptop monitor networking printer tablet",
        "making": "3d-printer sewing",
        "medical-mobility": "",
        "other": "",
        "packaging": "",
        "sports": "",
        "textiles": "",
        "tools": "hand",
    },
    "equipment": {
        "appliances": "heating kitchen",
        "av": "camera lighting projector sound",
        "events": "catering decor furniture games marquee safety staging",
        "making": "3d-printer craft print sewing",
        "medical-mobility": "",
        "other": "",
        "sports": "",
        "tools": "access garden measuring power",
        "toys": "",
    },
    "space": {
        "events": "other",
        "making": "laser",
        "space": "desk hall kitchen land meeting-room other sports storage workshop",
    },
    "skill": {
        "other": "",
        "skill": "digital finance health hr languages legal marketing mentoring other trades",
    },
}
"""Kind -> root -> leaves (none: the root itself): every category of 260 development listings."""

USED = sorted(
    (f"{root}/{leaf}".rstrip("/"), kind)
    for kind, of_root in IN_USE.items()
    for root, leaves in of_root.items()
    for leaf in leaves.split(" ")
)
PATHS_IN_USE = sorted({path for path, _ in USED})


class TestEveryCategory:
    @pytest.mark.parametrize("category", EVERY)
    def test_has_a_known_root_before_it(self, category):
        order = list(categories())
        assert is_path(category.path)
        assert category.root in categories()
        assert order.index(category.root) <= order.index(category.path)

    @pytest.mark.parametrize("category", EVERY)
    def test_can_be_read_and_found(self, category):
        assert category.label.strip() == category.label != ""
        assert category.plural.strip() == category.plural != ""
        assert category.synonyms
        assert category.examples or category.path in {root.path for root in roots()} or "other" in category.path

    @pytest.mark.parametrize("category", EVERY)
    def test_names_each_word_once(self, category):
        named = Counter(fold(word) for word in (*category.synonyms, *category.examples))
        assert [word for word, times in named.items() if times > 1] == []
        assert "" not in named

    @pytest.mark.parametrize("category", EVERY)
    def test_is_for_known_kinds_in_their_order(self, category):
        assert category.kinds
        assert list(category.kinds) == [kind for kind in words.KINDS if kind in category.kinds]
        assert set(category.kinds) <= set(categories()[category.root].kinds)

    @pytest.mark.parametrize("category", EVERY)
    def test_gives_a_weight_only_with_its_source(self, category):
        assert (category.weight_kg is None) == (category.weight_source is None)
        assert category.weight_kg is None or 0 < category.weight_kg < 500
        assert category.weight_kg is None or category.kinds[0] == "item"

    @pytest.mark.parametrize("category", EVERY)
    def test_carries_known_codes(self, category):
        assert category.safety in words.SAFETY
        assert category.shopify is None or re.fullmatch(
            r"gid://shopify/TaxonomyCategory/[a-z]{2}(-\d+)*", category.shopify
        )

    def test_cannot_be_changed(self):
        with pytest.raises(FrozenInstanceError):
            categories()["books"].label = "Tomes"
        with pytest.raises(TypeError):
            categories()["new"] = categories()["books"]


class TestTheWhole:
    def test_has_about_sixty_to_seventy_five_leaves(self):
        leaves = [path for path in categories() if "/" in path]
        assert 60 <= len(leaves) <= 75

    def test_serves_every_kind(self):
        assert {kind for category in categories().values() for kind in category.kinds} == set(words.KINDS)

    def test_keeps_each_root_with_its_leaves_and_other_last(self):
        seen = list(dict.fromkeys(category.root for category in categories().values()))
        wanted = [
            path
            for root in seen
            for path in sorted(
                (path for path in categories() if path.split("/")[0] == root),
                key=lambda path: ("/" in path, path.endswith("/other"), path),
            )
        ]
        assert list(categories()) == wanted
        assert [root.path for root in roots()] == seen
        assert seen[-1] == "other"

    def test_uses_each_label_and_taxonomy_id_once(self):
        for values in zip(*((c.label, c.plural, c.shopify) for c in categories().values()), strict=True):
            assert [v for v, times in Counter(values).items() if v is not None and times > 1] == []

    def test_file_is_formatted_stably(self):
        text = DATA.read_text(encoding="utf-8")
        loose = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        assert text == re.sub(r"\[\s*([^\[\]{}]*?)\s*\]", _on_one_line, loose) + "\n"

    def test_file_repeats_no_path_and_sorts_its_intents(self):
        document = json.loads(DATA.read_text(encoding="utf-8"))
        paths = [entry["path"] for entry in document["categories"]]
        assert len(paths) == len(set(paths)) == len(categories())
        assert list(document["intents"]) == sorted(document["intents"])

    def test_every_weight_source_is_in_the_readme(self):
        readme = DATA.with_name("README.md").read_text(encoding="utf-8")
        sources = {c.weight_source.split(",")[0] for c in categories().values() if c.weight_source}
        assert sources == {"The Restart Project", "Merseyside waste authority"}
        assert all(source in readme for source in sources)

    def test_reference_page_is_up_to_date(self):
        page = (TOP / "docs" / "vocabulary.md").read_text(encoding="utf-8")
        assert page == reference_page(), "write it anew as schemas/data/README.md says"


def _on_one_line(found: re.Match[str]) -> str:
    return "[" + re.sub(r"\s*\n\s*", " ", found[1]) + "]"


class TestPathsInUse:
    def test_are_the_seventy(self):
        assert len(set(PATHS_IN_USE)) == 70

    @pytest.mark.parametrize("path", PATHS_IN_USE)
    def test_resolve_exactly(self, path):
        assert home_of(path) is categories()[path]

    @pytest.mark.parametrize(("path", "kind"), USED)
    def test_welcome_the_kinds_found_there(self, path, kind):
        assert kind in categories()[path].kinds


class TestHomeOf:
    @pytest.mark.parametrize(
        ("path", "home"),
        [
            pytest.param("furniture/desk", "furniture/desk", id="exact"),
            pytest.param("books", "books", id="a root"),
            pytest.param("furniture/hammock", "furniture", id="unknown leaf"),
            pytest.param("furniture/desk/corner", "furniture/desk", id="deeper than known"),
            pytest.param("furniture/desk/corner/left", "furniture/desk", id="deeper than allowed"),
            pytest.param("furniture/hammock/desk", "furniture", id="unknown middle"),
            pytest.param("furniture/", "furniture", id="empty leaf"),
            pytest.param("furniture//desk", "furniture", id="empty middle"),
            pytest.param("spaceships/desk", None, id="unknown root"),
            pytest.param("desk", None, id="a leaf's name alone"),
            pytest.param("Furniture/desk", None, id="capital"),
            pytest.param("furniture desk", None, id="no slash"),
            pytest.param("/furniture", None, id="leading slash"),
            pytest.param("", None, id="empty"),
        ],
    )
    def test_is_the_nearest_known(self, path, home):
        found = home_of(path)
        assert (found and found.path) == home

    @given(st.text() | st.lists(st.sampled_from([*categories(), "x", "", "/"]), max_size=6).map("/".join))
    def test_takes_any_text(self, text):
        home = home_of(text)
        assert home is None or text == home.path or text.startswith(home.path + "/")

    def test_takes_long_text_at_once(self):
        assert home_of("furniture/" * 1_000_000).path == "furniture"

    @pytest.mark.parametrize(
        ("path", "label"),
        [("books", "Books"), ("furniture/hammock", "Furniture"), ("spaceships/big", "spaceships/big")],
    )
    def test_lends_its_label(self, path, label):
        assert words.label(path) == label


class TestIsPath:
    @pytest.mark.parametrize(
        "path", ["books", "furniture/desk", "making/3d-printer", "a/b/c", "a" * 80, "medical-mobility"]
    )
    def test_accepts(self, path):
        assert is_path(path)

    @pytest.mark.parametrize(
        "path",
        [
            pytest.param("", id="empty"),
            pytest.param("a/b/c/d", id="four levels"),
            pytest.param("a" * 81, id="too long"),
            pytest.param("Books", id="capital"),
            pytest.param("furniture/", id="trailing slash"),
            pytest.param("/furniture", id="leading slash"),
            pytest.param("a//b", id="empty level"),
            pytest.param("a_b", id="underscore"),
            pytest.param("-a", id="leading hyphen"),
            pytest.param("a-", id="trailing hyphen"),
            pytest.param("a--b", id="double hyphen"),
            pytest.param("a b", id="space"),
            pytest.param("books\n", id="line end"),
            pytest.param("café", id="accent"),
            pytest.param("٣d", id="digit of another script"),
        ],
    )
    def test_refuses(self, path):
        assert not is_path(path)

    @given(st.text(max_size=90) | st.text(alphabet="ab1-/", max_size=12))
    def test_agrees_with_the_rule_in_words(self, text):
        levels = text.split("/")
        parts = [part for level in levels for part in level.split("-")]
        plain = all(part and set(part) <= set(ascii_lowercase + digits) for part in parts)
        assert is_path(text) == (plain and len(levels) <= 3 and len(text) <= 80)


class TestTables:
    def test_every_kind_has_actions_and_a_default_among_them(self):
        assert tuple(words.ACTIONS_OF_KIND) == tuple(words.DEFAULT_ACTION) == words.KINDS
        for kind, action in words.DEFAULT_ACTION.items():
            assert action in words.ACTIONS_OF_KIND[kind]

    def test_every_action_belongs_to_a_kind_and_to_valueflows(self):
        assert {action for actions in words.ACTIONS_OF_KIND.values() for action in actions} == set(words.ACTIONS)
        assert tuple(words.VALUEFLOWS) == words.ACTIONS
        assert len(set(words.VALUEFLOWS.values())) == len(words.ACTIONS)

    def test_importing_reads_no_data_and_pulls_in_nothing_heavy(self):
        program = (
            "import sys, schemas.vocabulary as v;"
            "print(v._document.cache_info().currsize, 'marshmallow' in sys.modules, 'lxml' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=TOP, capture_output=True, text=True, check=True, timeout=30
        )
        assert done.stdout.split() == ["0", "False", "False"]

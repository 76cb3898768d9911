"""The vocabulary: what words and phrases mean, and which of them mean the same thing."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import categories, expansions, fold, intents, synonym_groups

EVERY = [pytest.param(category, id=path) for path, category in categories().items()]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            pytest.param("  Office   CHAIRS ", "office chair", id="case, spaces, plural"),
            pytest.param("sit-stand desk", "sit stand desk", id="hyphen"),
            pytest.param("Kids’ bikes", "kid bike", id="curly apostrophe"),
            pytest.param("men's sheds", "men shed", id="straight apostrophe"),
            pytest.param("café tables", "cafe table", id="accent"),
            pytest.param("Książki", "ksiazki", id="Polish"),
            pytest.param("łóżko", "lozko", id="a letter that does not come apart"),
            pytest.param("nappies", "nappy", id="ies"),
            pytest.param("boxes", "box", id="xes"),
            pytest.param("mattresses", "mattress", id="sses"),
            pytest.param("benches", "bench", id="ches"),
            pytest.param("glass", "glass", id="ss is no plural"),
            pytest.param("minibus", "minibus", id="us is no plural"),
            pytest.param("table tennis", "table tennis", id="is is no plural"),
            pytest.param("gas", "gas", id="short words stay"),
            pytest.param("کتاب", "کتاب", id="Urdu"),
            pytest.param("!?", "", id="nothing left"),
        ],
    )
    def test_fold(self, text, folded):
        assert fold(text) == folded

    @given(st.text())
    def test_fold_takes_any_text(self, text):
        folded = fold(text)
        assert folded == " ".join(folded.split())
        assert "'" not in folded

    @pytest.mark.parametrize(
        ("phrase", "paths"),
        [
            pytest.param("settee", ("furniture/sofa",), id="settee"),
            pytest.param("Couches", ("furniture/sofa",), id="couch, plural and capital"),
            pytest.param("hoover", ("appliances/cleaning",), id="hoover"),
            pytest.param("beamer", ("av/projector",), id="beamer"),
            pytest.param("conference room", ("space/meeting-room",), id="conference room"),
            pytest.param("boardroom", ("space/meeting-room",), id="boardroom"),
            pytest.param("gazebo", ("events/marquee",), id="gazebo"),
            pytest.param("party tent", ("events/marquee",), id="party tent"),
            pytest.param("zimmer frames", ("medical-mobility",), id="zimmer frame"),
            pytest.param("screens", ("it/monitor", "av/screen"), id="one word, two places"),
            pytest.param("PC", ("it/desktop",), id="pc"),
            pytest.param("filing cabinets", ("furniture/storage",), id="filing cabinets are storage"),
            pytest.param("refrigerator", ("appliances/fridge",), id="American"),
            pytest.param("cell phone", ("it/phone",), id="American phone"),
            pytest.param("3D printing", ("making/3d-printer",), id="action for thing"),
            pytest.param("childrens bicycles", ("bikes",), id="missing apostrophe"),
            pytest.param("książki", ("books",), id="Polish"),
            pytest.param("trestle tables", ("furniture/table", "events/furniture"), id="to give and to lend"),
            pytest.param("translator", ("skill/languages",), id="translator"),
            pytest.param("parking", ("space/parking",), id="label"),
            pytest.param("unicorn", (), id="unknown"),
            pytest.param("", (), id="empty"),
        ],
    )
    def test_expansions(self, phrase, paths):
        assert expansions(phrase) == paths

    @pytest.mark.parametrize("category", EVERY)
    def test_every_word_leads_home(self, category):
        for word in (category.label, category.plural, *category.synonyms, *category.examples):
            assert category.path in expansions(word)

    @pytest.mark.parametrize(
        ("phrase", "paths"),
        [
            pytest.param("Garden project", ("garden", "tools/garden", "space/land"), id="garden project"),
            pytest.param("garden projects", ("garden", "tools/garden", "space/land"), id="plural"),
            pytest.param("somewhere to store", ("space/storage",), id="storage"),
        ],
    )
    def test_intents(self, phrase, paths):
        assert intents()[fold(phrase)] == paths

    def test_intents_lead_to_known_categories_and_name_no_thing(self):
        assert {path for paths in intents().values() for path in paths} <= set(categories())
        assert all(len(phrase.split()) > 1 for phrase in intents())
        assert [phrase for phrase in intents() if phrase in {fold(w) for g in synonym_groups() for w in g}] == []


class TestSynonymGroups:
    def test_no_word_is_in_two_groups(self):
        groups = defaultdict(set)
        for group in synonym_groups():
            for word in group:
                groups[fold(word)].add(group)
        assert {word: found for word, found in groups.items() if len(found) > 1} == {}

    def test_each_group_names_one_thing_in_the_same_categories(self):
        for group in synonym_groups():
            homes = set.intersection(*(set(expansions(word)) for word in group))
            assert homes, group
            assert len(group) > 1

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("sofa", "settee"),
            ("sofa", "couch"),
            ("vacuum cleaner", "hoover"),
            ("projector", "beamer"),
            ("meeting room", "conference room"),
            ("meeting room", "boardroom"),
            ("marquee", "gazebo"),
            ("monitor", "computer screen"),
            ("walking frame", "zimmer frame"),
            ("desktop computer", "pc"),
            ("office chair", "operator chair"),
            ("shelves", "bookcase"),
            ("cordless drill", "combi drill"),
        ],
    )
    def test_joins(self, one, other):
        assert any({one, other} <= group for group in synonym_groups())

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("sofa", "armchair"),
            ("sofa", "sofa bed"),
            ("desk", "table"),
            ("laptop", "desktop computer"),
            ("monitor", "television"),
            ("fridge", "freezer"),
            ("village hall", "meeting room"),
            ("bicycle", "tricycle"),
            ("walking frame", "wheelchair"),
            ("projector", "projector screen"),
            ("printer", "3d printer"),
            ("washing machine", "tumble dryer"),
            ("drill", "cordless drill"),
        ],
    )
    def test_keeps_apart(self, one, other):
        assert any(one in group for group in synonym_groups()) or expansions(one)
        assert not any({one, other} <= group for group in synonym_groups())

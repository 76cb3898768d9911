"""The factors: what each must say, and an operator's own laid over them."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

import pytest

from schemas.errors import DocumentError
from schemas.handover import MATCHED, Handover
from schemas.impact import estimate
from schemas.impact_factors import AVOIDED, PER_ITEM, UNITS, own, shipped
from schemas.vocabulary import categories, home_of, homes_of
from tests.schemas.test_vocabulary import TOP

FILE = TOP / "schemas" / "data" / "impact-factors.json"
DIGESTS = {"sharefeed-2026.1": "2eab8ce4ba74379f94bb4eede1995c1680da877589d1cb4e22e961cc381a5088"}
"""Version -> SHA-256 of the file. A file that has changed has a new version, so that figures can be told apart."""


def handed(category: str, title: str, **more: Any) -> Handover:
    members = {"exchange": "x", "state": MATCHED, "counted": True, "outcome": "received", "direction": "offer"}
    members |= {"action": "give", "kind": "item", "listing_id": "l", "owner_id": "o", "ended_on": "2026-11-20"}
    return Handover(**members, category=category, title=title, **more)


def mine(**members: Any) -> bytes:
    return json.dumps({"name": "our-town", **members}).encode()


class TestShipped:
    def test_a_changed_file_has_a_new_version(self):
        assert hashlib.sha256(FILE.read_bytes()).hexdigest() == DIGESTS[shipped().version]

    def test_every_figure_has_a_source_with_a_licence_and_a_unit(self):
        found = shipped()
        for factor in found.factors:
            assert factor.unit in UNITS
            assert found.source(factor.source).licence in ("CC-BY-SA-4.0", "fact")
        assert found.source(found.disposal.source).licence == "OGL-UK-3.0"
        assert found.licence == "CC-BY-SA-4.0"
        assert "Restart Project" in found.attribution

    def test_displacement_is_as_measured(self):
        found = shipped().displacement
        assert (found.low, found.central, found.high) == (Decimal("0.27"), Decimal("0.5"), Decimal("0.82"))

    def test_what_is_net_is_not_displaced_again(self):
        chair = estimate(handed("furniture/chair", "Office chair", weight_g=1_000_000, weight_source="measured"))
        assert chair.co2e_g == 3_000_000
        assert {factor.id for factor in shipped().factors if factor.unit == AVOIDED} == {
            "office-chair", "office-desk", "sofa", "any-goods"
        }  # fmt: skip

    def test_every_row_is_about_a_category_and_its_things(self):
        phrases = {"small desk", "large desk", "large cabinet", "large table"}
        phrases |= {"bookcase", "bookshelf", "book case", "book shelf", "billy bookcase"}
        for row in shipped().goods:
            assert row.category == "" or row.category in categories()
            for thing in (*row.things, *row.excepted):
                assert row.category in homes_of(thing) or thing in phrases, thing

    def test_weights_are_those_of_the_vocabulary(self):
        for path, category in categories().items():
            if category.weight_kg is not None:
                weights = [float(row.weight_kg) for row in shipped().of_category(path) if row.weight_kg is not None]
                assert any(abs(weight - category.weight_kg) < 0.03 for weight in weights), path

    def test_every_category_has_a_row(self):
        for path in categories():
            assert shipped().of_category(path)[-1].category == ""

    @pytest.mark.parametrize("path", ["books", "appliances/fridge", "furniture/bed", "baby", "medical-mobility"])
    def test_what_nobody_has_published_a_weight_of_has_none(self, path: str):
        category = home_of(path)
        assert category is not None
        assert estimate(handed(path, category.label)).weight_g is None

    def test_hours_and_carbon_have_no_worth_until_the_operator_says_so(self):
        assert shipped().worth is None


class TestOwn:
    def test_what_it_does_not_say_is_as_it_was(self):
        found = own(mine())
        assert found.factors == shipped().factors
        assert found.goods == shipped().goods
        assert estimate(handed("it/laptop", "Laptop"), factors=found).co2e_g == 132_658

    def test_its_version_names_its_content(self):
        one, other = own(mine()), own(mine(attribution="Ours"))
        assert one.version.startswith("our-town-")
        assert one.version.endswith("+sharefeed-2026.1")
        assert one.version != other.version
        assert estimate(handed("it/laptop", "Laptop"), factors=one).factors == one.version

    def test_displacement(self):
        found = own(mine(displacement={"low": 0.1, "central": 0.2, "high": 0.3}))
        effect = estimate(handed("it/laptop", "Laptop"), factors=found)
        assert (effect.co2e_low_g, effect.co2e_g, effect.co2e_high_g) == (26_532, 53_063, 79_595)

    def test_a_figure_in_the_place_of_another(self):
        laptop = {"id": "laptop", "label": "Laptops, by us", "source": "ours", "unit": PER_ITEM, "kg_co2e": 100}
        found = own(mine(sources=[OURS], factors=[laptop]))
        assert estimate(handed("it/laptop", "Laptop"), factors=found).co2e_g == 50_000
        assert len(found.factors) == len(shipped().factors)

    def test_a_row_counts_before_the_others_and_leaves_other_things_alone(self):
        books = {"id": "books", "label": "Books", "source": "ours", "unit": AVOIDED, "kg_co2e": 1.25}
        row = {"category": "books", "others": "all", "weight_kg": 0.4, "weight_source": "ours", "factors": ["books"]}
        found = own(mine(sources=[OURS], factors=[books], goods=[row]))
        effect = estimate(handed("books", "Novels", quantity=10), factors=found)
        assert (effect.weight_g, effect.co2e_g, effect.method) == (4000, 5000, "books")
        assert estimate(handed("it/laptop", "Laptop"), factors=found).method == "laptop"

    def test_a_row_of_no_category_is_still_the_last(self):
        row = {"category": "", "others": "all", "factors": []}
        found = own(mine(goods=[row]))
        assert estimate(handed("it/laptop", "Laptop"), factors=found).method == "laptop"
        weighed = handed("books", "Novels", weight_g=1000, weight_source="stated")
        assert estimate(weighed, factors=found).co2e_g is None

    def test_rates_and_worth(self):
        rates = [{"from": "2026-01-01", "until": "2026-12-31", "per_tonne": 200}]
        worth = {"source": "ours", "help_hour": 20, "co2e_tonne": 252}
        found = own(mine(sources=[OURS], disposal={"source": "ours", "currency": "EUR", "rates": rates}, worth=worth))
        assert estimate(handed("it/laptop", "Laptop"), factors=found).cost_pence == 37
        assert found.worth is not None
        assert (found.worth.help_hour, found.worth.room_hour) == (Decimal(20), None)

    @pytest.mark.parametrize(
        ("data", "pointer"),
        [
            (b"{", ""),
            (b"[]", ""),
            (b"\xff", ""),
            (b'{"name": "a", "name": "b"}', "/name"),
            (b"{}", "/name"),
            (mine(name="Our Town"), "/name"),
            (mine(displacment={}), "/displacment"),
            (mine(displacement={"low": 0.5, "central": 0.2, "high": 0.8}), "/displacement/central"),
            (mine(displacement={"low": 0.5, "central": 0.7, "high": 1.8}), "/displacement/high"),
            (mine(factors=[{"id": "x"}]), "/factors/0/label"),
            (mine(factors=[{"id": "x", "label": "X", "source": "nobody", "unit": PER_ITEM, "kg_co2e": 1}]),
             "/factors/0/source"),
            (mine(factors=[{"id": "x", "label": "X", "source": "merseyside", "unit": "kg", "kg_co2e": 1}]),
             "/factors/0/unit"),
            (mine(factors=[{"id": "x", "label": "X", "source": "merseyside", "unit": PER_ITEM, "kg_co2e": -1}]),
             "/factors/0/kg_co2e"),
            (mine(factors=[{"id": "x", "label": "X", "source": "merseyside", "unit": PER_ITEM, "kg_co2e": "1"}]),
             "/factors/0/kg_co2e"),
            (mine(goods=[{"category": "books", "factors": ["nothing"]}]), "/goods/0/factors"),
            (mine(goods=[{"category": "books", "factors": [], "weight_kg": 1}]), "/goods/0/weight_source"),
            (mine(disposal={"source": "landfill-tax", "currency": "GBP",
                            "rates": [{"from": "2026-04-01", "until": "2026-01-01", "per_tonne": 1}]}),
             "/disposal/rates/0"),
            (mine(disposal={"source": "landfill-tax", "currency": "GBP",
                            "rates": [{"from": "2026-01-01", "until": "2026-05-01", "per_tonne": 1},
                                      {"from": "2026-04-01", "until": "2027-01-01", "per_tonne": 2}]}),
             "/disposal/rates/1"),
            (b'{"name": "big", "attribution": "' + b"a" * 1_000_001 + b'"}', ""),
            (b'{"name": "nan", "displacement": {"low": NaN, "central": 0.2, "high": 0.3}}', ""),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_where(self, data: bytes, pointer: str):
        with pytest.raises(DocumentError) as refused:
            own(data)
        assert pointer in [problem.pointer for problem in refused.value.problems]


OURS = {"id": "ours", "title": "Weighed in our store room", "publisher": "Us", "licence": "CC0-1.0"}

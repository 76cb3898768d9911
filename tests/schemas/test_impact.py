"""Effects: figures against a second working, what is not known, and laws of adding up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import impact, impact_factors
from schemas.handover import DEFAULT, MATCHED, MEASURED, NOT_KNOWN, STATED, WEIGHT_SOURCES, Handover
from schemas.impact import GOODS, LEDGER_OF, LEDGERS, LOANS, SKILLS, SPACE, Effect, estimate, total
from schemas.vocabulary import ACTIONS, categories
from tests.schemas import impact_by_hand as by_hand

NEEDS_TABLE = pytest.mark.skipif(not by_hand.TABLE.is_file(), reason=f"the table is not at {by_hand.TABLE}")
DAY = "2026-11-20"
LAPTOP = Handover(
    exchange="https://node.example/exchanges/x",
    state=MATCHED,
    counted=True,
    outcome="received",
    direction="offer",
    action="give",
    kind="item",
    category="it/laptop",
    listing_id="https://node.example/listings/a.laptop",
    title="Laptop",
    owner_id="https://node.example/organisations/a",
    ended_on=DAY,
)


def of(category: str, title: str, quantity: int = 1, weight_g: int | None = None, source: str = NOT_KNOWN) -> Handover:
    return LAPTOP._replace(
        category=category, title=title, quantity=quantity, weight_g=weight_g, weight_source=source
    )  # fmt: skip


def figures(effect: Effect) -> tuple[int | None, ...]:
    return effect.weight_g, effect.co2e_low_g, effect.co2e_g, effect.co2e_high_g


@NEEDS_TABLE
class TestAgainstASecondWorking:
    @pytest.mark.parametrize("named", by_hand.DEVICES, ids="-".join)
    @pytest.mark.parametrize("quantity", [1, 7])
    def test_devices(self, named: tuple[str, str], quantity: int):
        effect = estimate(of(*named, quantity))
        assert figures(effect) == by_hand.of_device(by_hand.DEVICES[named], quantity)
        assert effect.weight_source == DEFAULT

    @pytest.mark.parametrize("named", by_hand.FURNITURE, ids="-".join)
    @pytest.mark.parametrize("quantity", [1, 30])
    def test_furniture(self, named: tuple[str, str], quantity: int):
        weight, net = by_hand.FURNITURE[named]
        assert figures(estimate(of(*named, quantity))) == by_hand.of_furniture(weight, net, quantity)

    @pytest.mark.parametrize("day", by_hand.TAX)
    def test_disposal(self, day: str):
        for grams in (1, 999, 1834, 26_000, 77_500, 1_000_000):
            chair = of("furniture/chair", "Chair", 1, grams, MEASURED)._replace(ended_on=day)
            assert estimate(chair).cost_pence == by_hand.tax(grams, day)

    def test_every_figure_of_the_file_that_names_the_table_stands_in_it(self):
        table = by_hand.table()
        theirs = [factor for factor in impact_factors.shipped().factors if factor.source == "restart-2021"]
        assert len(theirs) > 30
        for factor in theirs:
            weight, co2e = table[factor.label]
            assert factor.kg_co2e == co2e
            assert factor.unit == impact_factors.PER_ITEM or factor.of_kg == weight

    def test_every_weight_of_the_file_that_names_the_table_stands_in_it(self):
        table = by_hand.table()
        found = impact_factors.shipped()
        for row in found.goods:
            if row.weight_source == "restart-2021":
                assert row.weight_kg == table[found.by_id[row.factors[0]].label][0]


BY_HAND = {
    # 3 × 1.834364055 kg; 3 × 265.3158889 kg × 0.27, 0.5, 0.82; 5.503 kg × £130.75 a tonne.
    "three laptops": (of("it/laptop", "Laptops", 3), (5503, 214_906, 397_974, 652_677), 72),
    # 12 kg; 12 × 67.13076923 / 29.80769231 × 0.27; 12 × 3.0.
    "an office chair": (of("furniture/chair", "Office chair"), (12_000, 7297, 36_000, 36_000), 157),
    # 26 kg × 0.4, and × 67.13076923 / 29.80769231 × 0.82.
    "a desk": (of("furniture/desk", "Desk"), (26_000, 10_400, 10_400, 48_015), 340),
    # 15 kg × 20.32272625 / 0.75 × 0.27, 0.5, 0.82.
    "clothes, weighed": (
        of("textiles", "Bags of clothes", 2, 15_000, MEASURED),
        (15_000, 109_743, 203_227, 333_293),
        196,
    ),
    # 10 kg × 0.4, 0.51, 3.0.
    "books, stated": (of("books", "Novels", 40, 10_000, STATED), (10_000, 4000, 5100, 30_000), 131),
    "books": (of("books", "Novels", 40), (None, None, None, None), None),
    "food, weighed": (of("food", "Tinned tomatoes", 40, 10_000, MEASURED), (10_000, None, None, None), None),
    # What it weighs does not change what making it has cost.
    "a heavy laptop": (of("it/laptop", "Laptop", 1, 3000, MEASURED), (3000, 71_635, 132_658, 217_559), 39),
}


@pytest.mark.parametrize(("handed", "expected", "pence"), BY_HAND.values(), ids=BY_HAND)
def test_figures_worked_out_by_hand(handed: Handover, expected: tuple[int | None, ...], pence: int | None):
    effect = estimate(handed)
    assert figures(effect) == expected
    assert effect.cost_pence == pence
    assert effect.factors == "sharefeed-2026.1"


class TestWhatATitleNames:
    @pytest.mark.parametrize(
        ("category", "title", "method"),
        [
            ("it/laptop", "ThinkPad T480, 8 GB", "laptop"),
            ("it/laptop", "Laptop with charger and bag", "laptop"),
            ("it/laptop", "Laptop bag", ""),
            ("it/laptop", "Charger for a laptop", ""),
            ("it", "Old laptop", "laptop"),
            ("it/laptop/gaming", "Gaming laptop", "laptop"),
            ("it/monitor", "Monitor arm", ""),
            ("it/phone", "Phone case", ""),
            ("it/phone", "Iphone 8", "mobile"),
            ("it/phone", "SIM card", ""),
            ("furniture/sofa", "Settee", "sofa"),
            ("furniture/desk", "Biurko", "office-desk"),
            ("appliances/kitchen", "Czajnik elektryczny", "kettle"),
            ("bikes", "Cycle helmet", ""),
            ("it/accessories", "Box of keyboards", ""),
            ("furniture/chair", "Set of four office chairs", ""),
            ("unheard-of", "Laptop", ""),
            ("it/laptop", "", "laptop"),
            ("it/laptop", ", (", "laptop"),
        ],
    )
    def test_is_read_with_care(self, category: str, title: str, method: str):
        assert estimate(of(category, title)).method == method

    @pytest.mark.parametrize(
        ("unit", "known"),
        [("", True), ("each", True), ("chairs", True), ("Office chairs", True), ("sets", False), ("boxes of 4", False)],
    )
    def test_a_unit_that_is_no_piece_is_no_chair(self, unit: str, known: bool):
        effect = estimate(of("furniture/chair", "Office chairs", 4), unit)
        assert (effect.weight_g, effect.weight_source) == ((48_000, DEFAULT) if known else (None, NOT_KNOWN))

    def test_what_is_counted_by_the_kilogram_is_weighed(self):
        effect = estimate(of("materials", "Paint", 5), "kg")
        assert (effect.weight_g, effect.weight_source, effect.co2e_g) == (5000, STATED, 2550)


class TestLedgers:
    @pytest.mark.parametrize(
        ("action", "ledger"), [("give", GOODS), ("lend", LOANS), ("host", SPACE), ("help", SKILLS)]
    )
    def test_each_way_of_sharing_has_its_own(self, action: str, ledger: str):
        effect = estimate(LAPTOP._replace(action=action, minutes=90, quantity=2))
        assert (effect.ledger, effect.quantity) == (ledger, 2)
        assert effect.minutes == (90 if ledger in (SPACE, SKILLS) else None)
        assert (effect.weight_g is not None) == (effect.co2e_g is not None) == (ledger == GOODS)

    def test_a_loan_keeps_nothing_from_the_landfill(self):
        lent = estimate(LAPTOP._replace(action="lend", weight_g=1800, weight_source=MEASURED))
        assert figures(lent) == (None, None, None, None)
        assert lent.cost_pence is None

    def test_every_way_of_sharing_has_a_ledger(self):
        assert set(LEDGER_OF) == set(ACTIONS)
        assert set(LEDGER_OF.values()) == set(LEDGERS)


class TestDays:
    @pytest.mark.parametrize("day", ["", "2025-03-31", "2027-04-01", "soon", "2026-13-01"])
    def test_without_a_rate_for_the_day_the_cost_is_not_known(self, day: str):
        effect = estimate(LAPTOP._replace(ended_on=day))
        assert effect.cost_pence is None
        assert effect.co2e_g == 132_658

    def test_the_rate_is_that_of_the_day(self):
        tonne = of("furniture/chair", "Chair", 1, 1_000_000, MEASURED)
        days = ("2026-03-31", "2026-04-01")
        assert [estimate(tonne._replace(ended_on=day)).cost_pence for day in days] == [12_615, 13_075]


def test_a_default_that_was_worked_out_before_is_worked_out_anew():
    kept = of("it/laptop", "Laptop", 2, 99_000, DEFAULT)
    assert estimate(kept).weight_g == 3669


anything = st.builds(
    LAPTOP._replace,
    action=st.sampled_from(ACTIONS),
    category=st.sampled_from([*categories(), "", "nothing/known", "it/laptop/gaming"]),
    title=st.one_of(
        st.text(max_size=30), st.sampled_from(["Laptops", "Desk", "Sofa", "Box of things", "Office chair"])
    ),
    quantity=st.integers(-1, 10_000),
    weight_g=st.one_of(st.none(), st.integers(0, 10**11)),
    weight_source=st.sampled_from(WEIGHT_SOURCES),
    minutes=st.one_of(st.none(), st.integers(0, 10**6)),
    ended_on=st.sampled_from(["", DAY, "2025-06-01", "1999-01-01", "x"]),
)
units = st.sampled_from(["", "kg", "pieces", "boxes", "each"])


class TestLaws:
    @settings(deadline=None)
    @given(anything, units)
    def test_about_stands_between_least_and_most_and_all_or_none_are_known(self, handed: Handover, unit: str):
        effect = estimate(handed, unit)
        co2e = (effect.co2e_low_g, effect.co2e_g, effect.co2e_high_g)
        known = [gram for gram in co2e if gram is not None]
        assert len(known) in (0, 3)
        assert known == sorted(known)
        assert bool(effect.method) == bool(known)
        assert (effect.weight_g is None) == (effect.weight_source == NOT_KNOWN)

    @settings(deadline=None)
    @given(anything, units)
    def test_what_was_weighed_or_stated_is_kept_to_the_gram(self, handed: Handover, unit: str):
        given = handed.weight_g is not None and handed.weight_source in (MEASURED, STATED)
        effect = estimate(handed, unit)
        if effect.ledger == GOODS and given:
            assert (effect.weight_g, effect.weight_source) == (handed.weight_g, handed.weight_source)
        assert effect.weight_source != MEASURED or given

    @settings(deadline=None)
    @given(anything, st.integers(2, 50))
    def test_more_of_the_same_is_no_less(self, handed: Handover, times: int):
        once, often = estimate(handed), estimate(handed._replace(quantity=max(1, handed.quantity) * times))
        for name in ("weight_g", "co2e_low_g", "co2e_g", "co2e_high_g", "cost_pence"):
            assert (getattr(once, name) is None) == (getattr(often, name) is None)
            assert (getattr(once, name) or 0) <= (getattr(often, name) or 0)

    @settings(deadline=None)
    @given(st.lists(anything, max_size=12), st.randoms())
    def test_sums_do_not_mind_the_order_and_add_nothing_across_ledgers(self, handed: list[Handover], chance):
        effects = [estimate(one) for one in handed]
        shuffled = chance.sample(effects, len(effects))
        totals = total(effects)
        assert total(shuffled) == totals
        assert totals.handovers == len(handed)
        for ledger in LEDGERS:
            alone = total(effect for effect in effects if effect.ledger == ledger)
            assert getattr(alone, ledger) == getattr(totals, ledger)
            assert alone.handovers == getattr(totals, ledger).handovers

    @settings(deadline=None)
    @given(st.lists(anything, max_size=12))
    def test_sums_are_those_of_what_is_known_and_count_the_rest(self, handed: list[Handover]):
        effects = [estimate(one) for one in handed]
        goods, mine = total(effects).goods, [effect for effect in effects if effect.ledger == GOODS]
        assert goods.weight_g == sum(effect.weight_g or 0 for effect in mine)
        assert goods.co2e_low_g <= goods.co2e_g <= goods.co2e_high_g
        assert goods.weighed[NOT_KNOWN] == sum(effect.weight_g is None for effect in mine)
        assert sum(goods.weighed.values()) == len(mine)
        assert goods.without_co2e == sum(effect.co2e_g is None for effect in mine)
        assert goods.without_cost == sum(effect.cost_pence is None for effect in mine)


def test_nothing_comes_to_nothing():
    assert total([]) == impact.Totals()
    assert json.dumps(total([]).goods.weighed)

"""What a page changes: the fate of one version, the mirror's sums, and the count of a day's removals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import decide, window
from federation.reading import MAX_VIA
from federation.records import (
    EXPIRED,
    HELD,
    L0,
    L1,
    LOOP,
    MERGED,
    QUARANTINED,
    REFUSED,
    SHOWN,
    Mirrored,
    ReadItem,
    Ruling,
    Source,
    Tally,
)
from schemas.page import PageHead, Tombstone
from tests.federation.made import DAY_S, OWN, PRESENT, SOURCE, holding, listing_id, read, row

FAR = tuple(f"https://n{number}.example/" for number in range(MAX_VIA + 1))
GOOD, ODD = read(), read(_sharefeed__category="dragons/green")
UNREADABLE, OVER = read(title=None), read(now=PRESENT + 61 * DAY_S)
WATCHED = replace(SOURCE, hold_new=True)
RELEASED = Ruling(ODD.hash, "released", "")
LATER = PRESENT + 61 * DAY_S


@pytest.mark.parametrize(
    ("item", "state", "code"),
    [
        pytest.param(GOOD, SHOWN, None, id="a good one"),
        pytest.param(ODD, QUARANTINED, "unknown-category", id="an odd one"),
        pytest.param(UNREADABLE, QUARANTINED, "missing", id="an unreadable one"),
        pytest.param(read(via=("https://a.example/", OWN)), LOOP, "loop", id="passed on by this node"),
        pytest.param(read(via=FAR), LOOP, "loop", id="passed on too often"),
        pytest.param(read(via=FAR[:-1]), SHOWN, None, id="passed on as often as may be"),
        pytest.param(read(via=(OWN,), title=None), LOOP, "loop", id="a loop before all else"),
    ],
)
def test_the_fate_of_a_version(item: ReadItem, state: str, code: str | None) -> None:
    found, reasons = decide.fate(SOURCE, item, None, None, OWN, PRESENT)
    assert (found, [reason.code for reason in reasons]) == (state, [code] if code else [])


@pytest.mark.parametrize(
    ("item", "ruling", "now", "state"),
    [
        pytest.param(ODD, RELEASED, PRESENT, SHOWN, id="released"),
        pytest.param(ODD, Ruling("other", "released", ""), PRESENT, QUARANTINED, id="another version was released"),
        pytest.param(GOOD, Ruling(GOOD.hash, "refused", "no"), PRESENT, REFUSED, id="refused"),
        pytest.param(GOOD, Ruling("other", "refused", "no"), PRESENT, SHOWN, id="another version was refused"),
        pytest.param(UNREADABLE, Ruling(UNREADABLE.hash, "released", ""), PRESENT, QUARANTINED, id="unreadable"),
        pytest.param(ODD, RELEASED, LATER, EXPIRED, id="released, but over"),
        pytest.param(OVER, None, LATER, EXPIRED, id="over"),
        pytest.param(read(via=(OWN,)), Ruling(GOOD.hash, "released", ""), PRESENT, LOOP, id="a loop stays one"),
    ],
)
def test_the_operators_word(item: ReadItem, ruling: Ruling | None, now: int, state: str) -> None:
    assert decide.fate(SOURCE, item, None, ruling, OWN, now)[0] == state


@pytest.mark.parametrize(
    ("before", "state"),
    [
        pytest.param(None, HELD, id="new"),
        pytest.param(row(GOOD, 1, SHOWN), SHOWN, id="shown before"),
        pytest.param(row(GOOD, 1, MERGED), SHOWN, id="merged before"),
        pytest.param(row(GOOD, 1, EXPIRED), SHOWN, id="expired before"),
        pytest.param(row(GOOD, 1, HELD), HELD, id="held before"),
        pytest.param(row(GOOD, 1, QUARANTINED), HELD, id="quarantined before"),
        pytest.param(row(GOOD, 1, REFUSED), HELD, id="refused before"),
    ],
)
def test_new_listings_of_a_watched_source_wait(before: Mirrored | None, state: str) -> None:
    assert decide.fate(WATCHED, GOOD, before, None, OWN, PRESENT)[0] == state


def stone(ref: str, reason: str = "given") -> Tombstone:
    return Tombstone(listing_id(ref), datetime.fromtimestamp(PRESENT, UTC), reason)


def test_a_page_is_put_kept_and_dropped() -> None:
    same, old, gone = read("same"), read("changed"), read("gone")
    new, changed = read("new"), read("changed", title="Another")
    rows = [row(same), row(old, first_seen_at=5), row(gone)]
    source = replace(holding(SOURCE, *rows), reading=3)
    known = {one.id: one for one in rows}
    stones = [stone("gone", "withdrawn"), stone("unknown"), stone("new")]
    found = decide.changes(source, [same, changed, new], stones, known, {}, OWN, PRESENT)
    assert [(put.id, put.first_seen_at, put.reading) for put, _ in found.put] == [
        (changed.id, 5, 3),
        (new.id, PRESENT, 3),
    ]
    assert found.unchanged == (same.id,)
    assert [(dropped.id, reason) for dropped, reason in found.dropped] == [(gone.id, "withdrawn")]
    assert found.tally == Tally(added=1, changed=1, removed=1)
    expected = holding(source, row(same), row(changed), row(new))
    assert (found.source.mirror_count, found.source.mirror_digest) == (3, expected.mirror_digest)


@pytest.mark.parametrize(
    ("before", "item", "same"),
    [
        pytest.param(row(GOOD), GOOD, True, id="nothing"),
        pytest.param(row(GOOD, 1, MERGED, "merged"), GOOD, True, id="merged counts as shown"),
        pytest.param(row(GOOD, hash="x" * 43), GOOD, False, id="hash"),
        pytest.param(row(GOOD, via=FAR[:1]), GOOD, False, id="via"),
        pytest.param(row(GOOD, 1, HELD), GOOD, False, id="state"),
        pytest.param(row(ODD, 1, QUARANTINED, "other"), ODD, False, id="reasons"),
    ],
)
def test_what_counts_as_a_change(before: Mirrored, item: ReadItem, same: bool) -> None:
    found = decide.changes(SOURCE, [item], [], {item.id: before}, {}, OWN, PRESENT)
    assert (bool(found.unchanged), bool(found.put)) == (same, not same)


def test_absence_drops_what_was_not_met() -> None:
    kept, gone = row(read("kept")), row(read("gone"))
    found = decide.absence(holding(SOURCE, kept, gone), [gone])
    assert found.dropped == ((gone, "removed"),)
    assert found.source == holding(SOURCE, kept)
    assert found.tally == Tally(removed=1)


VERSIONS = {(ref, title): read(ref, title=title) for ref in "abc" for title in ("One", "Two")}
PAGES = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from(("One", "Two"))), st.sets(st.sampled_from("abc"))
    ),
    max_size=8,
)


@settings(deadline=None)
@given(PAGES)
def test_sums_move_as_a_recount_would(pages: list[Any]) -> None:
    source, mirror = SOURCE, dict[str, Mirrored]()
    for live, gone in pages:
        items = [VERSIONS[pair] for pair in live.items()]
        found = decide.changes(source, items, [stone(ref) for ref in gone], mirror, {}, OWN, PRESENT)
        mirror |= {put.id: put for put, _ in found.put}
        for dropped, _ in found.dropped:
            del mirror[dropped.id]
        source = found.source
        assert source == holding(SOURCE, *mirror.values()) == decide.recounted(source, mirror.values())


@pytest.mark.parametrize(
    ("size", "left", "removed", "by_absence", "waits"),
    [
        pytest.param(300, 300, 0, False, False, id="none"),
        pytest.param(100, 80, 20, False, False, id="twenty"),
        pytest.param(100, 79, 21, False, True, id="more than twenty and a tenth"),
        pytest.param(210, 189, 21, False, False, id="exactly a tenth"),
        pytest.param(209, 188, 21, False, True, id="just above a tenth"),
        pytest.param(3, 0, 3, True, True, id="an absence empties three"),
        pytest.param(3, 0, 3, False, False, id="tombstones empty three"),
        pytest.param(2, 0, 2, True, False, id="an absence empties two"),
        pytest.param(3, 1, 2, True, False, id="an absence leaves one"),
    ],
)
def test_how_many_removals_wait(size: int, left: int, removed: int, by_absence: bool, waits: bool) -> None:
    before, after = replace(SOURCE, mirror_count=size), replace(SOURCE, mirror_count=left)
    counted, held = decide.count_removals(after, before, removed, by_absence, PRESENT)
    assert held == waits
    assert sum(one.removed for one in window.slices(counted.removal_window, PRESENT)) == removed


def removing(source: Source, *slices: tuple[int, int]) -> tuple[Source, list[bool]]:
    """The source after slices of (seconds, removals), and which of them waited."""
    waited = []
    for at, wanted in slices:
        removed = min(wanted, source.mirror_count)
        after = replace(source, mirror_count=source.mirror_count - removed)
        source, held = decide.count_removals(after, source, removed, False, at)
        waited.append(held)
    return source, waited


QUARTER = PRESENT - PRESENT % window.SLICE_S


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        pytest.param(QUARTER, QUARTER + DAY_S - 1, True, id="a second less than a day"),
        pytest.param(QUARTER, QUARTER + DAY_S, True, id="a day, and the quarter of an hour is not over"),
        pytest.param(QUARTER, QUARTER + DAY_S + window.SLICE_S - 1, True, id="the last second of the quarter"),
        pytest.param(QUARTER, QUARTER + DAY_S + window.SLICE_S, False, id="a day after the quarter's end"),
        pytest.param(QUARTER + 899, QUARTER + DAY_S + 898, True, id="late in the quarter, a second less than a day"),
    ],
)
def test_removals_are_counted_for_a_day(first: int, second: int, waits: bool) -> None:
    assert removing(replace(SOURCE, mirror_count=100), (first, 15), (second, 10))[1] == [False, waits]


def test_the_limit_does_not_pass_twice_across_the_edge_of_a_day() -> None:
    """A window that began anew a day after its first removal let twenty go before that moment and twenty after it."""
    edge = PRESENT + DAY_S
    _, waited = removing(replace(SOURCE, mirror_count=100), (PRESENT, 1), (edge - 1, 19), (edge + 1000, 20))
    assert waited == [False, False, True]


def test_a_days_removals_are_counted_against_the_size_before_the_first() -> None:
    source, _ = removing(replace(SOURCE, mirror_count=100), (PRESENT, 15))
    grown = replace(source, mirror_count=9_000)
    assert removing(grown, (PRESENT + 3600, 10))[1] == [True]
    assert removing(grown, (PRESENT + 2 * DAY_S, 900))[1] == [False]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, DAY_S), st.integers(0, 20)), min_size=1, max_size=30),
    st.integers(0, 400),
)
def test_no_slicing_takes_more_than_the_limit_in_any_day(pauses: list[tuple[int, int]], size: int) -> None:
    """[slicing] However removals are cut, at most 20 or a tenth of the size apply in 24 hours without a word."""
    at, slices = PRESENT, []
    for pause, removed in pauses:
        at += pause // 10
        slices.append((at, min(removed, size - sum(taken for _, taken in slices))))
    _, waited = removing(replace(SOURCE, mirror_count=size), *slices)
    applied = [(at, removed) for (at, removed), held in zip(slices, waited, strict=True) if not held]
    for start, _ in applied:
        within = sum(removed for at, removed in applied if start <= at < start + DAY_S)
        assert within <= max(20, size * decide.HOLD_SHARE)


def test_what_is_kept_of_a_day_stays_small() -> None:
    every_minute = [(PRESENT + 60 * minute, 1) for minute in range(3 * 24 * 60)]
    source, _ = removing(replace(SOURCE, mirror_count=100_000), *every_minute)
    assert len(source.removal_window) < 3_000


@pytest.mark.parametrize(
    ("count", "level", "head", "fits"),
    [
        pytest.param(10, L0, {}, True, id="at the limit"),
        pytest.param(11, L0, {"count": 11}, False, id="above it"),
        pytest.param(20, L1, {"more": True, "count": 10}, True, id="new beside old while a feed is read"),
        pytest.param(21, L1, {"more": True, "count": 10}, False, id="more than twice"),
        pytest.param(11, L1, {"more": True, "count": 11}, False, id="the node says that it has more"),
        pytest.param(11, L1, {"more": True}, False, id="the node does not say"),
        pytest.param(11, L1, {"more": False, "count": 10}, False, id="the last page"),
        pytest.param(11, L0, {"more": True, "count": 10}, False, id="a whole document"),
    ],
)
def test_how_large_a_mirror_may_be(count: int, level: str, head: dict[str, Any], fits: bool) -> None:
    source = replace(SOURCE, level=level, mirror_count=count)
    assert decide.fits(source, PageHead(node=SOURCE.node_id, **head), 10) is fits


@pytest.mark.parametrize(
    ("count", "digest", "expected"),
    [
        pytest.param(0, "0" * 64, True, id="identical"),
        pytest.param(1, "0" * 64, False, id="another count"),
        pytest.param(0, "1" * 64, False, id="another digest"),
        pytest.param(None, "0" * 64, None, id="no count"),
        pytest.param(0, None, None, id="no digest"),
    ],
)
def test_verification(count: int | None, digest: str | None, expected: bool | None) -> None:
    assert decide.verification(SOURCE, count, digest) is expected

"""What a page changes: the fate of one version, the mirror's sums, and the count of a day's removals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation import decide
from federation.reading import MAX_VIA
from federation.records import (
    EXPIRED,
    HELD,
    LOOP,
    MERGED,
    QUARANTINED,
    REFUSED,
    SHOWN,
    Mirrored,
    ReadItem,
    Ruling,
    Tally,
)
from schemas.page import Tombstone
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
    assert counted.window_removed == removed


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        pytest.param(DAY_S - 1, (100, 25, True), id="within the day"),
        pytest.param(DAY_S, (85, 10, False), id="a day later"),
    ],
)
def test_a_days_removals_are_counted_against_the_size_at_its_start(ago: int, expected: tuple[int, int, bool]) -> None:
    window = {"window_started_at": PRESENT - ago, "window_size": 100, "window_removed": 15}
    before = replace(SOURCE, mirror_count=85, **window)
    after, held = decide.count_removals(replace(before, mirror_count=75), before, 10, False, PRESENT)
    assert (after.window_size, after.window_removed, held) == expected


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=30), st.integers(0, 400))
def test_no_slicing_of_a_day_takes_more_than_the_limit(slices: list[int], size: int) -> None:
    """[slicing] However removals are cut, at most 20 or a tenth of the day's first size apply without a word."""
    source, applied = replace(SOURCE, mirror_count=size), 0
    for number, wanted in enumerate(slices):
        removed = min(wanted, source.mirror_count)
        after = replace(source, mirror_count=source.mirror_count - removed)
        source, held = decide.count_removals(after, source, removed, False, PRESENT + number)
        applied += 0 if held else removed
    assert applied <= max(20, size * decide.HOLD_SHARE)


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

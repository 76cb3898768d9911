"""Short stories of what convergence depends on: each shows one rule at work, and fails at once where it is missing.

The rules and what must hold after every reading are those of `test_convergence`, which tells long stories at random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from node.storage.engine import Database
from tests.contracts.convergence import World, cut
from tests.contracts.test_convergence import KEYS, Network, Pair, Ring
from tests.fakes.wire import lose

FEW, ALL = {"chair", "desk"}, set(KEYS)
L1, DOCUMENT, ATOM = ("L1", "json"), ("L0", "json"), ("L0", "atom")
# In the ring, by the order in which `Ring` follows: who reads the first publisher beside its forwarded copies.
SECOND_READER = 6


def withdrawn(net: Network) -> None:
    net.write(0, ALL, "Oak")
    net.read(0)
    net.withdraw(0, "desk", "given")
    net.read(0)


def withdrawn_while_a_first_reading_runs(net: Network) -> None:
    net.write(0, ALL, "Oak")
    net.read_some_pages(0, 1)
    net.withdraw(0, "chair", "given")
    net.read(0)


def first_read_long_after_a_removal(net: Network) -> None:
    net.write(0, ALL, "Oak")
    net.withdraw(0, "tent", "given")
    net.sleep_past_tombstones(91)
    net.read(0)


def asleep_past_a_tombstone(net: Network) -> None:
    net.write(0, ALL, "Oak")
    net.read(0)
    net.withdraw(0, "desk", "given")
    net.sleep_past_tombstones(91)
    net.read(0)


def restored(net: Network) -> None:
    net.write(0, ALL - {"urn"}, "Oak")
    net.take_backup(0)
    net.write(0, {"urn"}, "Oak")
    net.read(0)
    net.restore_backup(0)


def restored_and_written_on(net: Network) -> None:
    restored(net)
    net.write(0, {"desk"}, "Elm")
    net.read(0)


def restored_and_read_by_pages(net: Network) -> None:
    restored(net)
    net.read_some_pages(0, 1)
    net.read(0)


def restored_behind_a_stale_cache(net: Network) -> None:
    net.write(0, FEW, "Oak")
    net.take_backup(0)
    net.write(0, FEW, "Elm")
    net.read(0)
    net.restore_backup(0)
    net.read_stale_copies(0, 400)


def cut_short_or_lost(net: Network) -> None:
    for fault in (cut, lose):
        net.read_in_vain(0, fault)
        net.write(0, ALL, "Oak")
        net.read_in_vain(0, fault)
        net.read(0)
        net.write(0, ALL, "Elm")
        net.wait(30)
        net.read_in_vain(0, fault)


def dead_between_transactions(net: Network) -> None:
    for transactions in (1, 2, 3, 4):
        net.write(0, ALL, ("Oak", "Elm")[transactions % 2])
        net.withdraw(0, "desk", "given")
        net.die_and_read_again(0, transactions)


def overtaken(net: Network) -> None:
    net.write(0, ALL, "Oak")
    for same_lease in (False, True):
        net.be_overtaken(0, same_lease)


def one_listing_lost(net: Network) -> None:
    net.write(0, FEW, "Oak")
    net.lose_one_listing(0)
    net.write(0, ALL, "Elm")
    net.lose_one_listing(0)


def nearly_all_withdrawn(net: Network) -> None:
    net.write_many(0, 24)
    net.read(0)
    net.withdraw_nearly_all(0, 0)
    net.read(0)


def nearly_all_withdrawn_in_slices(net: Network) -> None:
    net.write_many(0, 24)
    net.read(0)
    for keep in (12, 1):
        net.withdraw_nearly_all(0, keep)
        net.read(0)


def nearly_all_withdrawn_at_the_turn_of_a_day(net: Network) -> None:
    net.write_many(0, 24)
    net.read(0)
    for keep, hours in ((21, 0), (11, 23), (0, 2)):
        net.wait(hours)
        net.withdraw_nearly_all(0, keep)
        net.read(0)


def held_for_a_week(net: Network) -> None:
    nearly_all_withdrawn(net)
    net.sleep_past_tombstones(91)
    net.check_catalogues()


def sent_again_while_held(net: Network) -> None:
    nearly_all_withdrawn(net)
    net.write_many(0, 24)
    net.read(0)
    net.check_catalogues()
    net.withdraw_nearly_all(0, 23)
    net.wait(30)
    net.read(0)
    net.check_catalogues()


def gone_round(net: Ring) -> None:
    for who in range(3):
        net.go_round_and_be_withdrawn(who)


def read_first_hand(net: Ring) -> None:
    net.write(0, ALL, "Oak")
    net.everyone_reads()
    net.everyone_reads()
    net.write(0, FEW, "Elm")
    net.withdraw(0, "tent", "given")
    net.read(SECOND_READER)


STORIES = [
    *(
        pytest.param(way, story, id=f"{story.__name__}-{way[0]}-{way[1]}")
        for way in (L1, DOCUMENT, ATOM)
        for story in (
            withdrawn,
            restored_and_written_on,
            cut_short_or_lost,
            dead_between_transactions,
            nearly_all_withdrawn,
            held_for_a_week,
            sent_again_while_held,
        )
    ),
    *(
        pytest.param(L1, story, id=story.__name__)
        for story in (
            withdrawn_while_a_first_reading_runs,
            first_read_long_after_a_removal,
            asleep_past_a_tombstone,
            restored_and_read_by_pages,
            restored_behind_a_stale_cache,
            overtaken,
            one_listing_lost,
            nearly_all_withdrawn_in_slices,
            nearly_all_withdrawn_at_the_turn_of_a_day,
        )
    ),
    pytest.param(DOCUMENT, one_listing_lost, id="one_listing_lost-L0"),
]


@pytest.mark.parametrize(("way", "story"), STORIES)
def test_one_reader(
    databases: Mapping[str, Database], tmp_path: Path, way: tuple[str, str], story: Callable[[Network], None]
) -> None:
    net = type("Told", (Pair,), {"world": World(databases, tmp_path)})()
    net.meet(way)
    story(net)
    net.teardown()


@pytest.mark.parametrize("story", [gone_round, read_first_hand])
def test_a_ring(databases: Mapping[str, Database], tmp_path: Path, story: Callable[[Ring], None]) -> None:
    net = type("Told", (Ring,), {"world": World(databases, tmp_path)})()
    net.meet()
    story(net)
    net.teardown()

"""How much one network may ask for: exactly its quota at once, evenly refilled, in bounded memory."""

from __future__ import annotations

from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.limits.allowance import LARGEST_QUOTA, WINDOW_S, Allowance, network_of, uncounted
from node.settings import SettingError

NOW = 1_796_115_600.123456


def drain(allowance: Allowance, who: str = "a", now: float = NOW) -> int:
    """How many requests are allowed at one moment."""
    taken = 0
    while allowance.take(who, now).allowed:
        taken += 1
    return taken


@pytest.mark.parametrize("quota", [1, 7, 59, 600, 6_000])
def test_the_whole_quota_may_be_asked_for_at_once_and_no_more(quota: int) -> None:
    assert drain(Allowance("api", quota)) == quota


def test_it_comes_back_evenly() -> None:
    allowance = Allowance("api", 60)
    assert drain(allowance) == 60
    assert drain(allowance, now=NOW + 0.9) == 0
    assert drain(allowance, now=NOW + 1.0) == 1
    assert drain(allowance, now=NOW + 31.0) == 30
    assert drain(allowance, now=NOW + 3_600) == 60


@given(st.integers(1, 2_000), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_never_more_than_the_quota_and_what_came_back(quota: int, waits: list[float]) -> None:
    allowance, now, taken = Allowance("api", quota), NOW, 0
    for wait in waits:
        now += wait
        taken += drain(allowance, now=now) if len(waits) < 5 else allowance.take("a", now).allowed
    each_s = WINDOW_S / quota
    assert taken <= quota + (now - NOW) / each_s * 1.01 + 1


@given(st.integers(1, LARGEST_QUOTA), st.integers(0, 30))
def test_what_is_left_and_its_time_stay_in_proportion(quota: int, taken: int) -> None:
    allowance = Allowance("api", quota)
    told = [allowance.take("a", NOW) for _ in range(taken)][-1:] or [allowance.untouched()]
    assert told[0].left == max(0, quota - taken)
    assert 1 <= told[0].window_s <= WINDOW_S
    # The rate that a client may read out of the answer is never beyond the quota by more than a part of a second.
    assert told[0].left <= quota / WINDOW_S * told[0].window_s + 1


def test_one_who_waits_as_told_is_answered() -> None:
    allowance = Allowance("api", 4)
    drain(allowance)
    told = allowance.take("a", NOW)
    assert (told.allowed, told.left, told.window_s) == (False, 0, 15)
    assert not allowance.take("a", NOW + 14).allowed
    assert allowance.take("a", NOW + 15).allowed


def test_asking_in_vain_costs_nothing() -> None:
    allowance = Allowance("api", 60)
    drain(allowance)
    for _ in range(1_000):
        assert not allowance.take("a", NOW).allowed
    assert allowance.take("a", NOW + 1).allowed


def test_networks_do_not_share() -> None:
    allowance = Allowance("api", 3)
    assert [drain(allowance, who) for who in ("a", "b")] == [3, 3]


@pytest.mark.parametrize("hours", [-5, -24 * 365])
def test_a_clock_that_is_set_back_lets_nobody_wait(hours: int) -> None:
    allowance = Allowance("api", 3)
    drain(allowance)
    assert allowance.take("a", NOW + hours * 3_600).allowed


def test_the_one_who_asked_longest_ago_is_forgotten() -> None:
    allowance = Allowance("api", 1, most=2)
    assert [allowance.take(who, NOW).allowed for who in "abac"] == [True, True, False, True]
    assert allowance.take("a", NOW).allowed is False, "it asked after b did"
    assert allowance.take("b", NOW).allowed is True
    assert len(allowance._full_at) == 2


def test_threads_share_one_quota() -> None:
    allowance, taken = Allowance("api", 5_000), list[int]()
    threads = [Thread(target=lambda: taken.append(drain(allowance))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 5_000


@pytest.mark.parametrize(
    ("address", "network"),
    [
        pytest.param("203.0.113.9", "203.0.113.9", id="ipv4"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="ipv6"),
        pytest.param("2001:DB8:1:2::1", "2001:db8:1:2::/64", id="the same half"),
        pytest.param("::ffff:203.0.113.9", "203.0.113.9", id="ipv4 in ipv6"),
        pytest.param("fe80::1%eth0", "fe80::/64", id="with a zone"),
        pytest.param("unknown", "unknown", id="no address"),
        pytest.param("x" * 200, "x" * 100, id="long"),
        pytest.param("", "", id="none"),
    ],
)
def test_networks(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("networks", "address", "lies"),
    [
        pytest.param("127.0.0.0/8, ::1", "127.0.0.1", True, id="this machine"),
        pytest.param("127.0.0.0/8, ::1", "::1", True, id="this machine by ipv6"),
        pytest.param("127.0.0.0/8, ::1", "203.0.113.9", False, id="another"),
        pytest.param("203.0.113.0/24", "::ffff:203.0.113.9", True, id="ipv4 in ipv6"),
        pytest.param("2001:db8::/32", "2001:db8:7::1", True, id="ipv6"),
        pytest.param("2001:db8::/32", "203.0.113.9", False, id="the other family"),
        pytest.param("", "127.0.0.1", False, id="nobody"),
        pytest.param("0.0.0.0/0", "no address", False, id="no address"),
    ],
)
def test_some_networks_are_not_counted(networks: str, address: str, lies: bool) -> None:
    assert uncounted(networks)(network_of(address)) is lies


@pytest.mark.parametrize("networks", ["localhost", "127.0.0.1/33", "a,b"])
def test_what_is_no_network_is_a_bad_setting(networks: str) -> None:
    with pytest.raises(SettingError, match="rate_uncounted"):
        uncounted(networks)

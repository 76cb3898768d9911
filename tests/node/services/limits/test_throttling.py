"""Those who guess wait ever longer, and those who do not are not locked out by them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from node.context import Node
from node.services.limits import throttling
from node.services.limits.throttling import BOTH, CODE, TooManyTriesError, wait_s
from tests.fakes.publisher import clock_of

ANNA, HOME, ELSEWHERE = "anna@school.example", "192.0.2.1", "198.51.100.7"


def guess(node: Node, times: int = 1, email: str = ANNA, network: str = ELSEWHERE, mark: str = "") -> int:
    """How many of so many guesses at once were looked at."""
    looked = 0
    for _ in range(times):
        try:
            throttling.begin(node, email, network, mark)
        except TooManyTriesError:
            continue
        looked += 1
    return looked


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (9, 16), (14, 512), (15, 900), (10**6, 900)]
)
def test_the_wait_doubles_up_to_a_limit(count: int, seconds: int) -> None:
    assert wait_s(count, BOTH) == seconds


def test_five_guesses_are_free_and_then_each_must_wait(node: Node) -> None:
    assert guess(node, 20) == 5
    clock_of(node).pass_by(seconds=1)
    assert guess(node, 5) == 1
    clock_of(node).pass_by(seconds=1)
    assert guess(node, 5) == 0
    clock_of(node).pass_by(seconds=1)
    assert guess(node, 5) == 1


def test_a_day_of_guessing_from_one_place_gets_nowhere(node: Node) -> None:
    looked = 0
    for _ in range(24 * 60):
        clock_of(node).pass_by(minutes=1)
        looked += guess(node, 3)
    assert looked < 130


def test_another_network_and_another_address_are_free_meanwhile(node: Node) -> None:
    guess(node, 20)
    assert guess(node, 1, network=HOME) == 1
    assert guess(node, 1, email="ben@school.example") == 1


def test_one_network_cannot_try_the_same_word_on_everybody(node: Node) -> None:
    assert sum(guess(node, 1, f"{number}@school.example") for number in range(100)) == 40


def test_many_networks_slow_strangers_down_but_not_a_browser_that_was_here_before(node: Node) -> None:
    mark = throttling.new_mark(node, ANNA)
    looked = sum(guess(node, 1, network=f"10.{number}.0.1") for number in range(200))
    assert looked == 100
    assert guess(node, 1, network=HOME) == 0
    assert guess(node, 1, network=HOME, mark=mark) == 1
    clock_of(node).pass_by(seconds=60)
    assert guess(node, 1, network=HOME) == 1, "and a stranger's browser waits a minute at most"


def test_a_known_browser_is_no_way_round(node: Node) -> None:
    mark = throttling.new_mark(node, ANNA)
    assert guess(node, 50, mark=mark) == 10
    assert guess(node, 1, email="ben@school.example", mark=mark) == 1, "for others it is a stranger's"
    assert guess(node, 30, email="ben@school.example", mark=mark) == 4


@pytest.mark.parametrize("mark", ["", "x", "a.b.c", "a.99999999999.0f", "..", "a.9\u00b2.c", "a.1.\ud800"])
def test_a_made_up_mark_is_none(node: Node, mark: str) -> None:
    assert not throttling.is_known(node, ANNA, mark)


def test_a_mark_is_of_one_address_and_one_year(node: Node) -> None:
    mark = throttling.new_mark(node, "Anna@School.example")
    assert throttling.is_known(node, ANNA, mark)
    assert not throttling.is_known(node, "ben@school.example", mark)
    assert not throttling.is_known(node, ANNA, mark.replace(".", ".9", 1))
    clock_of(node).pass_by(days=365)
    assert not throttling.is_known(node, ANNA, mark)


def test_many_guesses_at_the_same_moment_count_as_many(node: Node) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: guess(node), range(24))) == 5


def test_the_right_password_starts_afresh(node: Node) -> None:
    guess(node, 4)
    throttling.was_right(node, throttling.begin(node, ANNA, ELSEWHERE))
    assert guess(node, 20) == 5


def test_codes_and_mails_are_few(node: Node) -> None:
    def tries(begin: str, *about: str) -> int:
        done = 0
        for _ in range(30):
            try:
                getattr(throttling, begin)(node, *about)
            except TooManyTriesError:
                continue
            done += 1
        return done

    assert tries("begin_code", "a1") == CODE.free
    assert tries("begin_mail", ANNA, HOME) == 3
    assert tries("begin_mail", "ben@school.example", HOME) == 3


def test_a_day_later_all_is_forgotten(node: Node) -> None:
    guess(node, 20)
    clock_of(node).pass_by(days=1, seconds=1)
    assert guess(node, 20) == 5

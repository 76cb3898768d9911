"""Accounts and members of organisations, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from node.context import Node
from node.services.identity import accounts, addresses, links, members, passwords
from node.services.identity.accounts import DoorError
from node.services.identity.addresses import AddressError
from node.services.identity.members import EDITOR, OWNER, VIEWER, MembersError
from node.services.limits.strangers import FormError
from node.services.organisations import hosting
from node.storage.account_tables import accounts as account_rows
from node.storage.account_tables import links as link_rows
from node.storage.account_tables import sessions as session_rows
from node.storage.accounts import Account
from node.storage.engine import StorageError
from tests.fakes.publisher import clock_of

PASSWORD = "three otters in a canoe"


@pytest.fixture
def anna(node: Node) -> Account:
    hosting.put_profile(node, "Riverside School", None, {})
    made = accounts.add(node, "Anna", "anna@school.example")
    members.join(node, made, "riverside-school", OWNER)
    return made


def test_of_many_who_make_the_same_account_at_once_one_does(node: Node) -> None:
    def attempt(number: int) -> bool:
        try:
            accounts.add(node, "Anna", "anna@school.example" if number % 2 else "ANNA@school.example")
        except (FormError, StorageError):
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == [False] * 5 + [True]
    assert len(accounts.every(node)) == 1


def test_the_database_holds_no_secret(node: Node, anna: Account) -> None:
    accounts.set_password(node, anna, PASSWORD)
    token = accounts.new_link(node, anna).rpartition("/")[2]
    secret = accounts.sign_in_by_password(node, anna.email, PASSWORD)
    with node.database.read() as tx:
        held = str(
            [*tx.execute(account_rows.select()), *tx.execute(link_rows.select()), *tx.execute(session_rows.select())]
        )
    assert not [one for one in (PASSWORD, token, secret) if one in held]
    assert "$argon2id$" in held


def test_a_new_password_ends_the_sessions_but_the_one_it_was_set_in(node: Node, anna: Account) -> None:
    accounts.set_password(node, anna, PASSWORD)
    first, second = (accounts.sign_in_by_password(node, anna.email, PASSWORD) for _ in range(2))
    accounts.set_password(node, anna, "another canoe with an otter", keep_session=links.hash_of(second))
    assert accounts.signed_in(node, first) is None
    assert accounts.signed_in(node, second) is not None
    with pytest.raises(DoorError):
        accounts.sign_in_by_password(node, anna.email, PASSWORD)


@pytest.mark.parametrize(
    ("days", "still"),
    [
        pytest.param([29], True, id="a-holiday"),
        pytest.param([30], False, id="a-month-without-use"),
        pytest.param([25, 25, 25], True, id="used-now-and-then"),
        pytest.param([25, 25, 25, 25], False, id="older-than-a-quarter"),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(node: Node, anna: Account, days: list[int], still: bool) -> None:
    token = accounts.new_link(node, anna).rpartition("/")[2]
    secret = accounts.sign_in_by_link(node, token)
    for span in days:
        clock_of(node).pass_by(days=span)
        found = accounts.signed_in(node, secret)
    assert (found is not None) is still


def test_an_account_that_is_removed_takes_its_sessions_and_links_along(node: Node, anna: Account) -> None:
    token = accounts.new_link(node, anna).rpartition("/")[2]
    secret = accounts.sign_in_by_link(node, accounts.new_link(node, anna).rpartition("/")[2])
    accounts.remove(node, anna)
    assert accounts.signed_in(node, secret) is None
    with pytest.raises(DoorError):
        accounts.sign_in_by_link(node, token)
    assert accounts.every(node) == []


def test_of_two_owners_who_step_down_at_once_one_stays(node: Node, anna: Account) -> None:
    ben = accounts.add(node, "Ben", "ben@school.example")
    cleo = accounts.add(node, "Cleo", "cleo@school.example")
    members.join(node, ben, "riverside-school", OWNER)
    members.join(node, cleo, "riverside-school", VIEWER)

    def step_down(who: Account) -> bool:
        try:
            members.join(node, who, "riverside-school", EDITOR)
        except MembersError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(step_down, (anna, ben))) == [False, True]


def test_of_two_who_take_the_same_address_at_once_one_does(node: Node, anna: Account) -> None:
    ben = accounts.add(node, "Ben", "ben@school.example")
    with node.database.write() as tx:
        tokens = {one: links.make(tx, node, addresses.CONFIRM, 60, one.id, "new@school.example") for one in (anna, ben)}

    def press(who: Account) -> bool:
        try:
            addresses.confirm(node, who, tokens[who])
        except (AddressError, StorageError):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, (anna, ben))) == [False, True]
    assert [one.email for one in accounts.every(node)].count("new@school.example") == 1


def test_a_changed_address_ends_the_links_that_went_to_the_old_one(node: Node, anna: Account) -> None:
    token = accounts.new_link(node, anna).rpartition("/")[2]
    addresses.give(node, anna, "Anna@new.example")
    with pytest.raises(DoorError):
        accounts.sign_in_by_link(node, token)
    assert accounts.by_email(node, "anna@NEW.example").id == anna.id
    with pytest.raises(FormError):
        addresses.give(node, accounts.add(node, "Ben", "ben@school.example"), "anna@new.example")


@pytest.mark.parametrize(
    "password",
    ["", "short", "1234567890", "aaaaaaaaaaaa", "passwordpassword", "Password123", "annaschool2026", "x" * 201],
)
def test_a_weak_password_is_refused_with_a_reason(node: Node, anna: Account, password: str) -> None:
    with pytest.raises(FormError) as caught:
        accounts.set_password(node, anna, password)
    assert caught.value.problems[0].pointer == "/password"


@pytest.mark.parametrize(
    "password", ["ten letter", "öre Ähren Übel", "三匹の獺がカヌーに乗る", "correct horse battery"]
)
def test_other_passwords_are_taken(password: str) -> None:
    assert passwords.weakness(password, "Anna", "anna@school.example") is None
    assert passwords.fits(passwords.kept(password), password)
    assert not passwords.fits(passwords.kept(password), password + " ")

"""What stands before the desk's door, on every database: wrong tries, codes, invitations and tokens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import text

from node.context import Node
from node.services.identity import accounts, api_tokens, audit, invitations, members, second_factor
from node.services.identity.invitations import InvitationError
from node.services.identity.members import EDITOR, OWNER, Member
from node.services.limits import throttling
from node.services.limits.throttling import TooManyTriesError
from node.services.organisations import hosting
from node.storage.accounts import Account
from tests.fakes.publisher import clock_of

SLUG, PASSWORD = "riverside-school", "three otters in a canoe"


@pytest.fixture
def anna(node: Node) -> Account:
    hosting.put_profile(node, "Riverside School", SLUG, {})
    made = accounts.add(node, "Anna", "anna@school.example")
    members.join(node, made, SLUG, OWNER)
    return made


@pytest.fixture
def owner(node: Node, anna: Account) -> Member:
    found = members.member_of(node, anna, SLUG)
    assert found is not None
    return found


def test_wrong_tries_at_the_same_moment_count_as_many(node: Node) -> None:
    def guess(_: int) -> bool:
        try:
            throttling.begin(node, "anna@school.example", "192.0.2.1")
        except TooManyTriesError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(guess, range(18))) == 5


def test_a_code_is_good_once_for_all_who_use_it_at_once(node: Node, anna: Account) -> None:
    second_factor.begin(node, anna)
    secret = second_factor.pending(node, anna)
    assert secret
    recovery = second_factor.confirm(node, anna, pyotp.TOTP(secret).at(node.now))
    clock_of(node).pass_by(seconds=60)
    code = pyotp.TOTP(secret).at(node.now)

    def is_let_in(typed: str) -> bool:
        try:
            return second_factor.check(node, anna, typed)
        except TooManyTriesError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(is_let_in, [code] * 4)) == 1
        clock_of(node).pass_by(minutes=30)
        assert sum(pool.map(is_let_in, recovery[:1] * 4)) == 1
    assert second_factor.state(node, anna) == (True, second_factor.RECOVERY_CODES - 1)


def test_of_two_who_answer_an_invitation_at_once_one_joins(node: Node, owner: Member) -> None:
    token = invitations.invite(node, owner, "cleo@school.example", EDITOR).link.rpartition("/")[2]

    def join(number: int) -> bool:
        try:
            invitations.accept_anew(node, token, f"Cleo {number}", PASSWORD)
        except InvitationError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(join, range(4))) == [False] * 3 + [True]
    assert [one.role for one in members.roster(node, owner.organisation_id)] == [OWNER, EDITOR]


def test_who_was_invited_and_never_came_is_forgotten_thirty_days_later(node: Node, owner: Member) -> None:
    for name in ("cleo", "dora", "ella"):
        invitations.invite(node, owner, f"{name}@school.example", EDITOR)
    for one in invitations.of_organisation(node, owner.organisation_id):
        if one.email.startswith("dora"):
            invitations.withdraw(node, owner, one.id)
    assert logged(node) == {"cleo", "dora", "ella"}

    clock_of(node).pass_by(days=29)
    invitations.tidy(node)
    assert logged(node) == {"cleo", "dora", "ella"}
    invitations.invite(node, owner, "Ella@school.example", EDITOR)

    clock_of(node).pass_by(days=2)
    known = audit.verify(node).end
    invitations.tidy(node)
    # The link of who was invited was good for a week, that of who was uninvited until then.
    assert logged(node) == {"cleo", "ella"}
    clock_of(node).pass_by(days=7)
    invitations.tidy(node)
    assert logged(node) == {"ella"}
    assert [one.email for one in invitations.of_organisation(node, owner.organisation_id)] == ["Ella@school.example"]
    entries, _ = audit.of_organisation(node, owner.organisation_id, 99)
    assert audit.whole(node, entries) == {one.position for one in entries}
    audit.verify(node, known)

    invitations.invite(node, owner, "cleo@school.example", EDITOR)
    assert logged(node) == {"cleo", "ella"}
    audit.verify(node, known)


def logged(node: Node) -> set[str]:
    """Who of those three is named in the log or in what belongs to it."""
    with node.database.read() as tx:
        rows = [*tx.execute(text("SELECT * FROM audit")), *tx.execute(text("SELECT * FROM audit_names"))]
    told = " ".join(str(value) for row in rows for value in row).lower()
    return {name for name in ("cleo", "dora", "ella") if f"{name}@" in told}


def test_a_token_knows_its_organisation_and_its_scopes(node: Node, owner: Member) -> None:
    secret = api_tokens.make(node, owner, "Website", [api_tokens.BOOKINGS_READ])
    caller = api_tokens.caller(node, secret)
    assert caller is not None
    assert (caller.slug, caller.scopes) == (SLUG, {api_tokens.BOOKINGS_READ})
    [kept] = api_tokens.of_organisation(node, owner.organisation_id)
    assert kept.used_at == node.now
    assert api_tokens.remove(node, owner, kept.id)
    assert api_tokens.caller(node, secret) is None

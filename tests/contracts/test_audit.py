"""The log of who did what, on every database: whoever writes in it without the node is found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from node.context import Node
from node.services import audit
from node.services.audit import AuditError, Who

ANNA = Who("a1", "Anna (anna@school.example)")
SCHOOL = "https://share.example.org/organisations/riverside-school"


def write(node: Node, number: int = 1) -> None:
    for _ in range(number):
        with node.database.write() as tx:
            audit.record(tx, node, ANNA, "signed-in", "Firefox, Android \ud800 <b>", SCHOOL)


def tamper(node: Node, *statements: str) -> None:
    with node.database.write() as tx:
        for statement in statements:
            tx.execute(text(statement))


def test_an_empty_log_is_whole(node: Node) -> None:
    assert audit.verify(node).entries == 0


def test_what_was_written_is_whole_and_ends_otherwise_each_time(node: Node) -> None:
    ends = set()
    for _ in range(3):
        write(node)
        ends.add(audit.verify(node).end)
    assert len(ends) == 3
    assert audit.verify(node).entries == 3
    assert all(audit.verify(node, known).entries == 3 for known in ends)


@pytest.mark.parametrize(
    ("statements", "position"),
    [
        pytest.param(["UPDATE audit SET who = 'Ben' WHERE position = 2"], 2, id="changed"),
        pytest.param(["UPDATE audit SET at = at - 1 WHERE position = 4"], 4, id="another-time"),
        pytest.param(["UPDATE audit SET account_id = NULL WHERE position = 1"], 1, id="nobody"),
        pytest.param(["DELETE FROM audit WHERE position = 3"], 3, id="removed"),
        pytest.param(["DELETE FROM audit WHERE position = 1"], 1, id="the-first-removed"),
        pytest.param(["DELETE FROM audit WHERE position = 5"], 5, id="cut-off"),
        pytest.param(["DELETE FROM audit"], 1, id="emptied"),
        pytest.param(
            ["DELETE FROM audit WHERE position = 3", "UPDATE audit SET position = position - 1 WHERE position > 3"],
            3,
            id="closed-up",
        ),
        pytest.param(
            [
                "UPDATE audit SET position = 9 WHERE position = 2",
                "UPDATE audit SET position = 2 WHERE position = 3",
                "UPDATE audit SET position = 3 WHERE position = 9",
            ],
            2,
            id="exchanged",
        ),
        pytest.param(
            ["INSERT INTO audit SELECT 6, at, NULL, NULL, who, action, '', hash, hash FROM audit WHERE position = 5"],
            6,
            id="added",
        ),
    ],
)
def test_whoever_writes_in_it_is_found_out(node: Node, statements: list[str], position: int) -> None:
    write(node, 5)
    tamper(node, *statements)
    with pytest.raises(AuditError) as caught:
        audit.verify(node)
    assert caught.value.position == position


def test_a_log_that_was_cut_with_its_end_shows_by_a_hash_that_was_noted(node: Node) -> None:
    write(node, 3)
    third = audit.verify(node).end
    tamper(
        node,
        "DELETE FROM audit WHERE position = 3",
        "UPDATE audit_end SET position = 2, hash = (SELECT hash FROM audit WHERE position = 2)",
    )
    assert audit.verify(node).entries == 2
    with pytest.raises(AuditError, match="No entry has the hash"):
        audit.verify(node, third)


def test_those_who_write_at_once_write_one_after_another(node: Node) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: write(node, 3), range(6)))
    assert audit.verify(node).entries == 18


def test_what_is_undone_leaves_no_entry(node: Node) -> None:
    write(node)

    def fail() -> None:
        with node.database.write() as tx:
            audit.record(tx, node, ANNA, "signed-in")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(node)
    assert audit.verify(node).entries == 2

"""What the demo's nodes have lived through: by the services of a node, signed by both, and told of with consent."""

from __future__ import annotations

import csv

import pytest
from click.testing import CliRunner

from examples.demo_history import HISTORY, STORIES, History
from examples.demo_members import _host_organisations
from examples.demo_plan import PUBLISHER, read_plan
from node.cli import main
from node.context import Node
from node.settings import load
from node.storage import handovers, receipts
from node.storage import stories as stored
from schemas.exchange import DECLINED, NO_SHOW, RECEIVED, RETURNED, UNKNOWN
from schemas.handover import MATCHED, ONE_SIDED

LIVED = {
    "Workbenches from design and technology": (MATCHED, True, RECEIVED),
    "Tea urns for eighty": (MATCHED, True, RETURNED),
    "Glass partitions": (ONE_SIDED, False, DECLINED),
    "Gym benches": (ONE_SIDED, False, NO_SHOW),
    "Picture books in boxes": (ONE_SIDED, False, UNKNOWN),
}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Node]:
    """The demo's three nodes, after a few of the things in their past."""
    folder = tmp_path_factory.mktemp("past")
    homes = {folder / member.slug: member for member in read_plan().members if member.kind == PUBLISHER}
    for number, (home, member) in enumerate(homes.items()):
        wanted = ["init", "--home", str(home), "--url", f"http://127.0.0.1:{20_100 + number}/", "--name", member.name]
        done = CliRunner().invoke(main, [*wanted, "--set", "mail_capture=true", "--set", "allow_loopback=true"])
        assert done.exit_code == 0, done.output
        _host_organisations(member, home)
    lines = HISTORY.read_text(encoding="utf-8").splitlines(keepends=True)
    few = folder / "few.csv"
    few.write_text(lines[0] + "".join(line for line in lines if line.split(",")[5] in LIVED), encoding="utf-8")
    assert History(homes).live(few) == len(LIVED)
    return {member.slug: Node.open(load(home, {})) for home, member in homes.items()}


def test_what_happened_stands_in_receipts_that_both_have_signed(nodes: dict[str, Node]) -> None:
    found = {}
    for node in nodes.values():
        with node.database.read() as tx:
            found.update({one.title: (one.state, one.counted, one.outcome) for one in handovers.every(tx)})
            assert receipts.count(tx) >= 1
    assert found == LIVED


def test_two_tell_of_it_and_the_other_side_has_agreed(nodes: dict[str, Node]) -> None:
    with nodes["school"].database.read() as tx:
        [told] = stored.of_organisation(
            tx, f"{nodes['school'].settings.url}organisations/harrier-bridge-learning-trust", 9
        )
    assert (told.title, told.consent, len(told.images)) == (STORIES[0].title, "yes", 1)


def test_every_row_is_of_organisations_that_are_there() -> None:
    known = {one["name"] for member in read_plan().members for one in member.organisations}
    with HISTORY.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row for row in rows if not {row["from"], row["to"]} <= known] == []
    assert {story.what for story in STORIES} <= {row["what"] for row in rows}

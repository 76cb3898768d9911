"""`sharefeed impact recompute`: what was handed over before counts by the factors of today."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from node.cli import main
from node.context import Node
from node.services.configuration import keys
from node.storage import handovers
from schemas import exchange as rules
from schemas.exchange import ASKER
from schemas.handover import Handover
from tests.fakes.exchanges import act, asked, shared
from tests.fakes.publisher import URL, publisher


def handed(node: Node) -> Handover:
    with node.database.read() as tx:
        [found] = handovers.every(tx)
    return found


def test_handovers_are_worked_out_anew_by_factors_that_have_changed(tmp_path: Path) -> None:
    home = tmp_path / "node"
    node = publisher(home, mail_capture=True)
    keys.own(node)
    one = asked(node, shared(node, title="Laptop", category="it/laptop"))
    act(node, one, rules.ACCEPT)
    act(node, one, rules.HAND_OVER)
    act(node, one, rules.HAND_OVER, ASKER)
    assert (handed(node).co2e_g, handed(node).factors) == (132_658, "sharefeed-2026.1")
    (home / "own.json").write_text('{"name": "ours", "displacement": {"low": 0.1, "central": 0.2, "high": 0.3}}')
    environment = {"SHAREFEED_HOME": "", "DATABASE_URL": "", "SHAREFEED_NODE_URL": URL}
    environment["SHAREFEED_IMPACT_FACTORS"] = "own.json"
    done = CliRunner().invoke(main, ["--home", str(home), "impact", "recompute"], env=environment)
    assert done.output.startswith("1 exchange worked out with the factors ours-"), done.output
    assert handed(node).co2e_g == 53_063
    assert handed(node).factors.startswith("ours-")

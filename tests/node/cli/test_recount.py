"""`sharefeed db recount`: says which sums over handovers are wrong, and puts them right."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import update

from node.cli import main
from node.storage import handovers
from node.storage.engine import Database, sqlite_url
from node.storage.rollup_tables import handover_rollups
from tests.fakes.handovers import handover


def test_a_recount_says_what_is_wrong_and_mends_it(tmp_path: Path) -> None:
    home = tmp_path / "node"

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--home", str(home), *words], env={"SHAREFEED_HOME": "", "DATABASE_URL": ""})

    run("init", "--url", "https://share.example.org", "--name", "Share")
    database = Database(sqlite_url(home / "sharefeed.sqlite"))
    with database.write() as tx:
        handovers.put(tx, [handover(1), handover(2)])
    fine = run("db", "recount")
    assert (fine.exit_code, "2 handovers in 1 month.", "Every sum" in fine.output) == (0, fine.output[:23], True)
    with database.write() as tx:
        tx.execute(update(handover_rollups).values(weight_g=1))
    wrong = run("db", "recount")
    assert wrong.exit_code == 1
    assert "2026-11: 16 sums wrong" in wrong.output
    assert "2026-11: 16 sums put right" in run("db", "recount", "--mend").output
    assert run("db", "recount").exit_code == 0
    database.close()

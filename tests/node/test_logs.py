"""What goes wrong is told in the log, and whom it concerned is not."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from node.app import create_app
from node.logs import Discreet
from tests.fakes.publisher import publisher

SECRET = "vQ3pUe8x1rT0aYkZ7mNcW2bHsLdJfGo5"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("mail 7 is given up: 550 anna.b+x@town.example unknown", "550 (an address) unknown", id="a mail"),
        pytest.param(
            "duplicate key\nDETAIL:  Key (email)=(anna) already exists.\nnext", "duplicate key\nnext", id="PostgreSQL"
        ),
        pytest.param("GET /listings/riverside.desks@2 failed", "riverside.desks@2 failed", id="no address"),
    ],
)
def test_addresses_and_values_are_left_out(told: str, kept: str) -> None:
    record = logging.LogRecord("node", logging.WARNING, "", 0, told, (), None)
    line = Discreet("%(message)s").format(record)
    assert kept in line
    assert "anna" not in line


def test_a_request_that_failed_is_found_by_its_reference_and_its_link_opens_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    node = publisher(tmp_path)
    with node.database.write() as tx:
        tx.exec_driver_sql("DROP TABLE calendar_addresses")
    client = create_app(node).test_client()
    answer = client.get(f"/calendars/private/{SECRET}.ics", base_url=node.settings.url)
    assert answer.status_code == 503
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line.startswith("GET /calendars/private/(secret).ics failed, reference ")
    assert line.rpartition(" ")[2] in answer.text
    assert SECRET not in caplog.text
    node.database.close()

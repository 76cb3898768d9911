"""Units of systemd in the documentation: a node that runs as they say can do its work, and comes back."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
_UNIT = re.compile(r"^```ini\n(# /etc/systemd/system/(\S+\.service)\n.*?)^```", re.MULTILINE | re.DOTALL)
UNITS = [
    pytest.param(found[1], id=f"{page.stem}:{found[2]}")
    for page in sorted(DOCS.glob("*.md"))
    for found in _UNIT.finditer(page.read_text(encoding="utf-8"))
    if "sharefeed serve" in found[1] or "sharefeed web" in found[1] or "sharefeed worker" in found[1]
]


def test_there_are_units() -> None:
    assert UNITS


@pytest.mark.parametrize("text", UNITS)
def test_a_unit_lets_the_node_write_where_it_must_and_starts_it_again(text: str) -> None:
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    service = unit["Service"]
    # A large body passes through /tmp, which `strict` makes read-only.
    assert (service["ProtectSystem"], service["PrivateTmp"]) == ("strict", "true")
    home = re.search(r"--home (\S+)", service["ExecStart"])
    assert home
    assert home[1] in service["ReadWritePaths"].split()
    # Five starts within ten seconds are all that systemd gives what waits for its database.
    assert (service["Restart"], unit["Unit"]["StartLimitIntervalSec"]) == ("on-failure", "0")
    assert service["User"] != "root"

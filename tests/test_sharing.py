"""Several pytest processes share the tests as `tests/sharing.py` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sharing import DEAREST, dearest_first, share_of

PROJECT = Path(__file__).parent.parent


def test_the_dearest_files_are_there() -> None:
    assert [name for name in DEAREST if not (PROJECT / name).is_file()] == []


@pytest.mark.parametrize(
    ("nodeid", "share"),
    [
        pytest.param("tests/a/test_b.py::test_c", "tests/a/test_b.py", id="a test"),
        pytest.param("tests/a/test_b.py::TestC::test_d[x@y::z]", "tests/a/test_b.py", id="one of a class, with values"),
        pytest.param("tests/a/test_b.py::test_c[x]@network", "network", id="one that needs the network"),
    ],
)
def test_a_file_is_handed_out_whole_and_so_is_what_needs_the_network(nodeid: str, share: str) -> None:
    assert share_of(nodeid) == share


class Item:
    def __init__(self, nodeid: str, *marks: pytest.MarkDecorator) -> None:
        self.nodeid, self.marks = nodeid, marks

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return [mark.mark for mark in self.marks if mark.name == name]


def test_what_is_dear_comes_first() -> None:
    cheap, dear, networked = (
        [Item(f"tests/a_file.py::test_{number}") for number in range(2)],
        [Item(f"{name}::test_one") for name in reversed(DEAREST)],
        [Item("tests/e2e/test_x.py::test_y@network", pytest.mark.xdist_group("network"))],
    )
    items = [*cheap, *dear, *networked]
    dearest_first(items)
    assert items == [*networked, *reversed(dear), *cheap]

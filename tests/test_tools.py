"""The tools that judge the project are judged themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check import Step, carry_out, carry_out_all, steps
from tools.size_budget import FILE_LINES, FUNCTION_LINES, MOST_FUNCTION_LINES, budgeted, faults, percentile_90
from tools.wheel_test import NEEDED, missing


def function(name: str, lines: int) -> str:
    return "\n".join([f"def {name}():", *["    pass"] * (lines - 1)]) + "\n"


@pytest.mark.parametrize(
    ("lengths", "usual"),
    [
        pytest.param([], 0, id="none"),
        pytest.param([7], 7, id="one"),
        pytest.param(list(range(1, 11)), 9, id="ten"),
        pytest.param([5] * 90 + [50] * 10, 5, id="one in ten is long"),
        pytest.param([5] * 89 + [50] * 11, 50, id="more than one in ten is long"),
    ],
)
def test_nine_in_ten(lengths: list[int], usual: int) -> None:
    assert percentile_90(lengths) == usual


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        pytest.param("a.py", function("short", 8), [], id="a short function"),
        pytest.param("a.css", "a {}\n" * FILE_LINES, [], id="a file that is just short enough"),
        pytest.param("a.css", "a {}\n" * (FILE_LINES + 1), ["a.css: 401 lines"], id="a long stylesheet"),
        pytest.param(
            "a.py",
            function("long", FUNCTION_LINES + 1),
            ["a.py:1 long: 61 lines", "nine functions"],
            id="a long function",
        ),
        pytest.param(
            "a.py",
            function("longish", MOST_FUNCTION_LINES + 1),
            ["nine functions in ten have up to 31"],
            id="all longish",
        ),
    ],
)
def test_what_is_over_the_budget_is_said(name: str, text: str, said: list[str]) -> None:
    found = faults([(Path(name), text)])
    assert len(found) == len(said)
    assert all(start in fault for fault, start in zip(found, said, strict=True))


def test_the_budget_leaves_out_what_is_not_ours(tmp_path: Path) -> None:
    for name in ("node/a.py", "node/static/css/b.css", "node/static/vendor/c/c.js", "tests/d.py", "node/e.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert {path.as_posix() for path, _ in budgeted(tmp_path)} == {"node/a.py", "node/static/css/b.css"}


WHOLE = {
    "node/templates/base.html",
    "node/templates/portal/home.html",
    "node/static/css/tokens.css",
    "node/static/vendor/leaflet/LICENSE",
    "node/storage/migrations/versions/r0001_first.py",
    "node/translations/pl/LC_MESSAGES/messages.mo",
    "schemas/data/categories.json",
    "schemas/data/labels.pl.json",
    "schemas/published/listing.json",
    "node/py.typed",
    "sharefeed-1.0.dist-info/licenses/LICENSE",
    "sharefeed-1.0.dist-info/entry_points.txt",
}
SOURCES = {name for name in WHOLE if "dist-info" not in name}


def test_a_whole_wheel_lacks_nothing() -> None:
    assert missing(WHOLE, SOURCES) == []


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_whatever_a_wheel_lacks_is_said(name: str) -> None:
    assert missing(WHOLE - {name}, SOURCES - {name}) != []


def test_what_a_wheel_has_too_much_or_too_little_is_said() -> None:
    assert missing(WHOLE | {"node/left_over.py"}, SOURCES | {"node/new.py"}) == [
        "node/new.py is not in the wheel.",
        "node/left_over.py is in the wheel, and not in the project.",
    ]
    assert len(NEEDED) == len(WHOLE)


@pytest.mark.parametrize(
    ("fast", "tests", "last"),
    [
        pytest.param(False, True, ("wheel", "demo", "tests"), id="everything"),
        pytest.param(True, True, ("tests",), id="fast"),
        pytest.param(False, False, ("wheel", "demo"), id="without tests"),
    ],
)
def test_the_steps_of_a_check(fast: bool, tests: bool, last: tuple[str, ...]) -> None:
    found = [step.name for step in steps(fast, tests)]
    assert found[:5] == ["format", "lint", "types", "imports", "size"]
    assert tuple(name for name in found if name in ("wheel", "demo", "tests")) == last


def test_a_failing_step_is_shown_with_what_it_printed(capfd: pytest.CaptureFixture[str]) -> None:
    good = carry_out(Step("good-one", ("true",)))
    bad = carry_out(Step("bad-one", ("sh", "-c", "echo what went wrong; exit 1")))
    printed = capfd.readouterr().out
    assert (good.fine, bad.fine) == (True, False)
    assert "what went wrong" in printed
    assert "FAILED" in printed


def test_steps_run_side_by_side_and_what_is_live_comes_last(capfd: pytest.CaptureFixture[str]) -> None:
    todo = [Step("live", ("echo", "alone"), live=True), Step("one", ("true",)), Step("two", ("false",))]
    outcomes = carry_out_all(todo)
    assert [(outcome.step.name, outcome.fine) for outcome in outcomes] == [
        ("one", True),
        ("two", False),
        ("live", True),
    ]
    printed = capfd.readouterr().out
    assert max(printed.index("one"), printed.index("two")) < printed.index("alone")

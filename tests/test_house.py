"""The house in order: what must not stand in a committed file, and a lock file that names no place to load from."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

PROJECT = Path(__file__).parent.parent
LOCK = PROJECT / "requirements.lock"
OLDEST_PYTHON = "3.11.0"
BINARY = {".png", ".jpg", ".jpeg", ".ico", ".gif", ".webp", ".mo", ".xlsx", ".gz"}
SELF = "tests/test_house.py"


@dataclass(frozen=True, slots=True)
class Rule:
    """What ``pattern`` finds is forbidden, but in files whose path ``but_in`` finds."""

    name: str
    pattern: str
    but_in: str = "^$"

    def broken_in(self, path: str, text: str) -> list[str]:
        if re.search(self.but_in, path):
            return []
        lines = enumerate(text.splitlines(), 1)
        return [f"{path}:{number}: {line.strip()[:120]}" for number, line in lines if re.search(self.pattern, line)]


_BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

RULES = [
    Rule("paths-of-one-machine", r"(?<![\w.:/-])/(?:work|root|home/\w+|Users/\w+|opt/\w+)/\w"),
    Rule(
        "hosts-of-package-registries", r"(?i)pypi\.org|pythonhosted|npmjs\.|yarnpkg|deb\.debian\.org|crates\.io|goproxy"
    ),
    Rule("unfinished-work", r"\b(?:TODO|FIXME|XXX|HACK)\b", but_in=r"/vendor/|^requirements\.lock$"),
    Rule("marks-of-a-merge", r"^(?:<{7}|>{7}|={7})(?: |$)"),
    Rule("left-over-debugging", r"\bbreakpoint\(\)|\bpdb\b|console\.log\(", but_in=r"/vendor/"),
    Rule("patches-of-our-own-code", r"\bmock\.patch\b|\bunittest\.mock\b"),
    Rule("papers-beside-the-project", r"\bshared/(?!corpora|data\b)|\bshared/data/\w+\.md"),
]


def committed() -> list[str]:
    """The paths of what is, or is about to be, committed; without Git, of everything that is not plainly made."""
    command = ["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        made = re.compile(r"(^|/)(\.\w[^/]*|__pycache__|dist|build|[^/]+\.egg-info)(/|$)")
        listed = [path.relative_to(PROJECT).as_posix() for path in PROJECT.rglob("*")]
        listed = [path for path in listed if not made.search(path)]
    return [path for path in listed if path and (PROJECT / path).is_file()]


PATHS = committed()
TEXTS = {
    path: (PROJECT / path).read_text(encoding="utf-8", errors="replace")
    for path in PATHS
    if Path(path).suffix not in BINARY and path != SELF
}


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in RULES])
def test_no_committed_file_holds(rule: Rule) -> None:
    assert [fault for path, text in TEXTS.items() for fault in rule.broken_in(path, text)] == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        pytest.param("paths-of-one-machine", 'HOME = "/root/project"', id="a home"),
        pytest.param("hosts-of-package-registries", "--index-url https://pypi.org/simple", id="an index"),
        pytest.param("unfinished-work", "# TODO: later", id="a note to oneself"),
        pytest.param("marks-of-a-merge", "<<<<<<< HEAD", id="a merge"),
        pytest.param("left-over-debugging", "breakpoint()", id="a stop"),
        pytest.param("patches-of-our-own-code", "with mock.patch('node.x'):", id="a patch"),
        pytest.param("papers-beside-the-project", "see ../shared/design.md", id="a paper"),
    ],
)
def test_the_rules_find_what_they_forbid(name: str, line: str) -> None:
    [rule] = [rule for rule in RULES if rule.name == name]
    assert rule.broken_in("some/file.py", line) == [f"some/file.py:1: {line}"]


def test_the_lock_pins_everything_with_hashes_and_names_no_place_to_load_from() -> None:
    text = LOCK.read_text(encoding="utf-8")
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    entries = [line for line in lines if not line.startswith("#")]
    assert len(entries) > 20
    assert [line for line in entries if not re.match(r"[A-Za-z0-9._\[\]-]+==\S+\s.*--hash=sha256:", line)] == []
    assert re.findall(r"(?m)^\s*-.*(?:index|find-links|trusted-host).*|https?://.*", text) == []


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path) for path in PATHS if path.endswith(".sh") or path in ("run", ".ci/run")]
)
def test_a_program_for_the_shell_stops_at_its_first_error(path: str) -> None:
    text = (PROJECT / path).read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert (PROJECT / path).stat().st_mode & 0o111


@pytest.mark.parametrize(
    ("strict", "code"), [pytest.param("", 0, id="usually"), pytest.param("1", 1, id="where nothing may be skipped")]
)
@pytest.mark.parametrize("skip", ["def test_one(): pytest.skip('x')", "pytest.skip('x', allow_module_level=True)"])
def test_a_skipped_test_fails(tmp_path: Path, skip: str, strict: str, code: int) -> None:
    (tmp_path / "test_it.py").write_text(f"import pytest\ndef test_good(): pass\n{skip}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", os.devnull, "--rootdir", "."]
    environment = {**os.environ, "SHAREFEED_CI": strict, "PYTHONPATH": str(PROJECT), **_BARE}
    done = subprocess.run([*command, "test_it.py"], cwd=tmp_path, env=environment, capture_output=True, check=False)
    # A module that is skipped whole leaves no test, which pytest answers with 5, and an error in reading it with 2.
    allowed = {0: {0, 5}, 1: {1, 2}}[code]
    assert done.returncode in allowed, done.stdout.decode()


def test_there_is_no_file_that_a_package_manager_of_another_kind_would_read() -> None:
    assert [path for path in PATHS if Path(path).name in ("uv.lock", "package-lock.json", "poetry.lock")] == []


def test_every_vendored_part_has_its_licence() -> None:
    parts = {match[1] for path in PATHS if (match := re.match(r"(.*/vendor/(?:[^/]+(?=/))?)", path))}
    assert parts
    unlicensed = [
        part for part in parts if not any(path.startswith(part.rstrip("/") + "/") and "LICEN" in path for path in PATHS)
    ]
    assert unlicensed == []


def test_what_is_locked_installs_on_the_oldest_python_that_we_promise() -> None:
    said = {one.name: one.metadata for one in distributions() if "Requires-Python" in one.metadata}
    newer = [name for name, told in said.items() if OLDEST_PYTHON not in SpecifierSet(told["Requires-Python"])]
    assert newer == []

"""`sharefeed init` at a terminal: it asks, asks again for what cannot be, and says what to do next."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path


def at_a_terminal(home: Path, answers: list[str]) -> str:
    """What somebody sees who answers so."""
    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "node.cli", "--home", str(home), "init"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = _answered(terminal, answers)
        os.close(terminal)
    assert process.returncode == 0, seen
    return seen


def _answered(terminal: int, answers: list[str]) -> str:
    seen = ""
    while data := _read(terminal):
        seen += data.decode()
        if re.search(r": $", seen):
            # Whoever is asked more than was thought of leaves.
            os.write(terminal, f"{answers.pop(0)}\n".encode() if answers else b"\x04")
            seen += "\n"
    return seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""  # that is how Linux says that the other end is closed


def test_what_cannot_be_is_asked_again_at_once_and_the_link_comes_first(tmp_path: Path) -> None:
    home = tmp_path / "school"
    seen = at_a_terminal(
        home, ["riverside.example", "http://127.0.0.1:8123/", "Riverside School", "me@school", "gwen@school.example"]
    )
    assert "must be a plain address such as https://share.example.org/" in seen
    assert "to try it on this machine alone: http://127.0.0.1:8080/" in seen
    assert "This must be an e-mail address" in seen
    assert seen.count("What the node is called") == 1
    link = re.search(r"http://127\.0\.0\.1:8123/desk/sign-in/\S+", seen)
    assert link is not None
    assert seen.index("sharefeed serve") < link.start() < seen.index("sharefeed organisation add")
    assert (home / "settings.toml").is_file()

"""`sharefeed serve` as a process of its own, over real HTTP."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.fakes.publisher import publisher

PATIENCE_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, command: str, port: int) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-m", "node.cli", command, "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ask(port: int, path: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(port: int, path: str) -> tuple[int, bytes]:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask(port, path)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    port = free_port()
    made = publisher(tmp_path / "home", node_url=f"http://127.0.0.1:{port}/", port=port)
    made.database.close()
    (made.settings.home / "settings.toml").write_text(f'node_url = "http://127.0.0.1:{port}/"\nport = {port}\n')
    return made.settings.home


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_node_answers_and_stops_when_asked(home: Path, command: str) -> None:
    port = free_port()
    with serving(home, command, port) as process:
        assert wait_for(port, "/.well-known/sharefeed.json")[0] == 200
        assert ask(port, "/changes.json")[0] == 200
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, output
    assert f"http://127.0.0.1:{port}/" in output
    assert "Traceback" not in output


def test_a_port_that_is_taken_is_named(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(home, "web", port) as process:
            output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in output
    assert "Traceback" not in output


def test_a_node_can_be_asked_by_many_at_once(home: Path) -> None:
    port = free_port()
    with serving(home, "web", port):
        wait_for(port, "/changes.json")
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: ask(port, "/changes.json"), range(64)))
    assert {status for status, _ in answers} == {200}
    assert len({body for _, body in answers}) == 1


def test_what_serve_imports_on_a_publisher_stays_light() -> None:
    """Start-up and memory: none of these may be loaded before it is needed."""
    code = (
        "import pathlib, sys, tempfile\n"
        "from tests.fakes.publisher import publisher\n"
        "from node.app import create_app\n"
        "import node.serving, node.worker, waitress\n"
        "create_app(publisher(pathlib.Path(tempfile.mkdtemp()) / 'home'))\n"
    )
    heavy = ("lxml", "tantivy", "feedgen", "feedparser", "openpyxl", "PIL", "requests", "flask_smorest", "nh3")
    code += f"print([name for name in {heavy!r} if name in sys.modules])\n"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_publisher_loads_neither_another_database_nor_pages_that_it_has_not_got() -> None:
    """Views import what a page shows from the page's own module, for `view_models.all_pages` loads them all."""
    others = ("sqlalchemy.dialects.postgresql", "node.web.view_models.all_pages", "node.web.view_models.appearance")
    code = (
        "import importlib, sys, node.app, node.worker\n"
        "for name in node.app.WEB_MODULES: importlib.import_module(name)\n"
        f"print([name for name in {others!r} if name in sys.modules])\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

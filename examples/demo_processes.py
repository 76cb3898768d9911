"""Processes of our own: started, waited for until they answer, and stopped each by its own id, whatever happens."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from schemas.errors import SharefeedError

PROJECT = Path(__file__).resolve().parent.parent
SHAREFEED = (sys.executable, "-c", "from node.cli import main; main(prog_name='sharefeed')")
READY_S = 180.0
STOP_S = 15.0
_PORTS = range(20_000, 32_000)
"""Below the ports that systems hand to callers, so that nobody takes one between our choice and its use."""
_LAST_LINES = 12
_NOT_OURS = ("DATABASE_URL", "PYTHONPATH")
# A proxy that the environment names is for the world outside, not for this machine.
_http = build_opener(ProxyHandler({}))


class DemoError(SharefeedError):
    """The demo cannot go on; the message says why."""


@dataclass(slots=True)
class Child:
    """One process, and the file that holds what it prints."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises `DemoError` if the process has ended."""
        code = self.process.poll()
        if code is not None:
            raise DemoError(f"{self.name} stopped by itself (exit code {code}).\n{self.last_words()}")

    def last_words(self) -> str:
        """The last lines that it printed."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_LAST_LINES:])


class Children:
    """The processes that were started here, all in one folder. Leaving the ``with`` block stops all of them."""

    def __init__(self, logs: Path, folder: Path = PROJECT) -> None:
        self._logs = logs
        self._folder = folder
        self._lock = threading.Lock()
        self._all: list[Child] = []
        self._closed = False
        self._leash = _start_leash()

    def start(self, name: str, command: Sequence[str]) -> Child:
        """Start a process. Raises `DemoError` once everything is being stopped, or where it cannot be started."""
        log = self._logs / f"{name}.log"
        with self._lock:
            if self._closed:
                raise DemoError(f"{name} was not started: the demo is being stopped.")
            try:
                child = Child(name, _popen(command, self._folder, log), log)
            except OSError as error:
                raise DemoError(f"{name} cannot be started: {error}") from error
            self._all.append(child)
            self._tell("+", child)
        return child

    def _tell(self, sign: str, child: Child) -> None:
        if self._leash.stdin and not self._leash.stdin.closed:
            self._leash.stdin.write(f"{sign}{child.process.pid}\n".encode())
            self._leash.stdin.flush()

    def run(self, name: str, command: Sequence[str]) -> None:
        """Start a process and wait for its end. Raises `DemoError` unless it ends well and in time."""
        child = self.start(name, command)
        try:
            code = child.process.wait(timeout=READY_S)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"{name} took longer than {READY_S:.0f} seconds.\n{child.last_words()}") from error
        with self._lock:
            self._all.remove(child)
            self._tell("-", child)
        if code:
            raise DemoError(f"{name} failed (exit code {code}).\n{child.last_words()}")

    def check(self) -> None:
        """Raises `DemoError` if any process has ended."""
        with self._lock:
            running = list(self._all)
        for child in running:
            child.check()

    def stop(self) -> None:
        """Stop every process, at the latest after `STOP_S` seconds by force. May be called again."""
        with self._lock:
            self._closed = True
            running = [child for child in self._all if child.process.poll() is None]
        for child in running:
            child.process.terminate()
        deadline = time.monotonic() + STOP_S
        for child in running:
            _end(child.process, deadline)
        with self._lock:
            for child in self._all:
                self._tell("-", child)
            if self._leash.stdin:
                self._leash.stdin.close()
        self._leash.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def _start_leash() -> subprocess.Popen[bytes]:
    """The process that ends the others should this one be killed outright."""
    command = [sys.executable, "-m", "examples.demo_leash"]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, process_group=0)


def _popen(command: Sequence[str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        # A group of its own: Ctrl-C then reaches the demo alone, which stops its processes one by one.
        return subprocess.Popen(
            command,
            cwd=folder,
            env=clean_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            process_group=0,
        )


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would change a node's settings (its database first of all) or its program."""
    kept = {k: v for k, v in environment.items() if k not in _NOT_OURS and not k.startswith("SHAREFEED_")}
    return {**kept, "PYTHONUNBUFFERED": "1"}


def _end(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(timeout=max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        # It has not been waited for, so its id is still its own, and so is its group: its workers go with it.
        os.killpg(process.pid, 9)
        process.wait()


def choose_port(wanted: int | None = None, taken: Iterable[int] = ()) -> int:
    """A free loopback port: ``wanted`` or the next free one after it, else any. Raises `DemoError`."""
    avoided = set(taken)
    # Not for a secret: two demos that start at the same moment should not try the same ports.
    candidates = range(wanted, min(wanted + 100, 65_536)) if wanted else random.sample(_PORTS, 200)
    for port in candidates:
        if port not in avoided and _is_free(port):
            return port
    raise DemoError("No free port was found on this machine. Close what is not needed, or choose one with --port.")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # As servers do: a connection that has just been closed must not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(1)
        except OSError:
            return False
    return True


def status_of(url: str) -> int:
    """The HTTP status of an address on this machine; 0 where nobody answers."""
    try:
        with _http.open(url, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def body_of(url: str) -> bytes:
    """What an address on this machine answers. Raises `DemoError` for anything but a 200."""
    try:
        with _http.open(url, timeout=10) as answer:
            return bytes(answer.read())
    except OSError as error:
        raise DemoError(f"{url} does not answer as it should: {error}") from error


def wait_until(done: Callable[[], bool], what: str, check: Callable[[], None], seconds: float = READY_S) -> None:
    """Wait until ``done``; ``check`` raises when waiting has become pointless. Raises `DemoError` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not done():
        check()
        if time.monotonic() > deadline:
            raise DemoError(f"{what} took longer than {seconds:.0f} seconds.")
        time.sleep(0.1)

"""`./run check`: everything that the project holds itself to; all of it runs, whatever fails.

As many steps as there are processors run side by side, but for the tests, which come last and have all to themselves.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TYPED = ("schemas", "federation", "node", "tools", "examples")


@dataclass(frozen=True, slots=True)
class Step:
    """A command of this environment. What it prints is shown if it fails, or while it runs if it is ``live``."""

    name: str
    command: tuple[str, ...]
    live: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended, and how long it took."""

    step: Step
    seconds: float
    fine: bool


def steps(fast: bool, tests: bool) -> Iterator[Step]:
    """What is to be done: ``fast`` without the wheel, the demo and slow tests, and not ``tests`` without any."""
    module = (sys.executable, "-m")
    yield Step("format", (*module, "ruff", "format", "--check", "."))
    yield Step("lint", (*module, "ruff", "check", "."))
    yield Step("types", (*module, "mypy", *(part for name in TYPED for part in ("-p", name))))
    yield Step("imports", (sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()"))
    yield Step("size", (*module, "tools.size_budget"))
    if not fast:
        yield Step("wheel", (*module, "tools.wheel_test"))
        yield Step("demo", (*module, "examples.demo", "--once"))
    if tests:
        yield Step("tests", (*module, "pytest", *(("-m", "not slow") if fast else ())), live=True)


def carry_out(step: Step) -> Outcome:
    """Run one step and say how it went."""
    began = time.monotonic()
    if step.live:
        print(step.name, flush=True)
    to = None if step.live else subprocess.PIPE
    done = subprocess.run(step.command, cwd=PROJECT, stdout=to, stderr=subprocess.STDOUT if to else None, check=False)
    outcome = Outcome(step, time.monotonic() - began, done.returncode == 0)
    said = f"{step.name:<14}{'good' if outcome.fine else 'FAILED':<8}{outcome.seconds:6.1f} s\n"
    if not outcome.fine and done.stdout:
        said += done.stdout.decode(errors="replace") + "\n"
    # In one go, so that what others say does not come between.
    print(said, end="", flush=True)
    return outcome


def carry_out_all(todo: Sequence[Step]) -> list[Outcome]:
    """Run the steps that are not live side by side, then those that are one by one."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        quiet = list(pool.map(carry_out, [step for step in todo if not step.live]))
    return quiet + [carry_out(step) for step in todo if step.live]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps; 0 if all of them are good."""
    parser = argparse.ArgumentParser(prog="./run check", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave out the wheel, the demo and the slow tests")
    parser.add_argument("--without-tests", action="store_true", help="leave out the tests")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    outcomes = carry_out_all(list(steps(chosen.fast, not chosen.without_tests)))
    failed = [outcome.step.name for outcome in outcomes if not outcome.fine]
    total = time.monotonic() - began
    print(f"{len(outcomes)} steps in {total:.0f} s. " + (f"Failed: {', '.join(failed)}." if failed else "All good."))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

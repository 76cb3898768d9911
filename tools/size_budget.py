"""The size budget: what separates pleasant code from tiring code is its largest file and its longest function.

``python -m tools.size_budget`` prints what is too long and where, and exits with 1 if anything is.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("schemas", "federation", "node", "tools", "bench", "examples")
PAGES = {".html", ".css", ".js"}
NOT_OURS = "vendor"
FILE_LINES = 400
FUNCTION_LINES = 60
MOST_FUNCTION_LINES = 30
"""Nine functions in ten are this long at most."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method, its first line and how many lines it has, decorators left out."""

    path: Path
    name: str
    line: int
    lines: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.name}: {self.lines} lines"


def functions_of(path: Path, source: str) -> Iterator[Function]:
    """Every function in one file, those inside others too. Raises `SyntaxError`."""
    for found in ast.walk(ast.parse(source, str(path))):
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(path, found.name, found.lineno, (found.end_lineno or found.lineno) - found.lineno + 1)


def percentile_90(lengths: Iterable[int]) -> int:
    """The length that nine in ten do not exceed; 0 where there are none."""
    ordered = sorted(lengths)
    return ordered[-(-9 * len(ordered) // 10) - 1] if ordered else 0


def faults(files: Iterable[tuple[Path, str]]) -> list[str]:
    """What is over the budget, a sentence each. ``files`` are paths with their text."""
    found: list[str] = []
    functions: list[Function] = []
    for path, text in files:
        lines = text.count("\n")
        if lines > FILE_LINES:
            found.append(f"{path}: {lines} lines, {FILE_LINES} at most")
        if path.suffix == ".py":
            functions += functions_of(path, text)
    found += [f"{one}, {FUNCTION_LINES} at most" for one in functions if one.lines > FUNCTION_LINES]
    usual = percentile_90(one.lines for one in functions)
    if usual > MOST_FUNCTION_LINES:
        found.append(f"nine functions in ten have up to {usual} lines, {MOST_FUNCTION_LINES} at most")
    return found


def budgeted(root: Path) -> Iterator[tuple[Path, str]]:
    """The files that the budget speaks of, by their paths under ``root``."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            wanted = path.suffix == ".py" or (path.suffix in PAGES and package == "node")
            if wanted and NOT_OURS not in path.parts:
                yield path.relative_to(root), path.read_text(encoding="utf-8")


def main() -> int:
    """Check the project that holds this file; 0 if it keeps to the budget."""
    files = list(budgeted(Path(__file__).resolve().parent.parent))
    found = faults(files)
    for fault in found:
        print(fault)
    print(f"{len(files)} files looked at, {len(found)} over the budget.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

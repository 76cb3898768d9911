"""`./run bench [NAME] [--full] [--json]`: one benchmark, or each in turn."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "ingest",
    "search",
    "map",
    "rates",
    "busy",
    "node_floor",
    "relevance",
    "free",
    "pages",
    "photos",
    "desk",
    "dashboard",
    "import",
    "verify",
    "across",
)
MODULES = {"import": "importing"}
"""Where a name is none that a module can have."""
WITH_MORE = ("lighthouse",)
"""Those that need programs which are no part of the project are run when they are named."""


def main() -> None:
    name, rest = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    if name.startswith("-"):
        name, rest = "", sys.argv[1:]
    if name and name not in NAMES + WITH_MORE:
        sys.exit(f"There is no benchmark {name!r}; there are {', '.join(NAMES + WITH_MORE)}.")
    for chosen in (name,) if name else NAMES:
        sys.argv = [f"./run bench {chosen}", *rest]
        # What is asked for as JSON can be read from the standard output as it is.
        print(f"== {chosen}", flush=True, file=sys.stderr if "--json" in rest else sys.stdout)
        import_module(f"bench.{MODULES.get(chosen, chosen)}").main()


if __name__ == "__main__":
    main()

"""Whether our clock is right, by what the answers of other sites say: each has a ``Date``.

One site may be wrong, and an answer out of a cache is older than it seems. So of each site only the answer counts that
was nearest, and of all sites the middle one. Where they are too few to have a middle, the nearest of them counts, and
makes a doubt and no more (`node.services.health.checks`): a publisher may ask nobody but its city's catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from statistics import median_low
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from node.context import Node
from node.storage import measured
from node.storage.measured import Reading

if TYPE_CHECKING:
    from federation.fetch import Answer
    from federation.ports import Fetching

OFF, ASKED = "clock-off", "clock-asked"
"""Names of readings: by how many seconds our clock is ahead, and how many sites say so."""
LEAST_SITES = 3
"""So many can be believed."""
_KNOWN_FOR_S = 86_400
_MOST_SITES = 500


class OtherClocks:
    """A `federation.ports.Fetching` that notes, beside what it fetches, how far our clock is from each site's."""

    def __init__(self, fetcher: Fetching, clock: Callable[[], datetime]) -> None:
        self._fetcher, self._clock = fetcher, clock
        self._ahead: dict[str, float] = {}
        self._lock = Lock()

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
        no_cache: bool = False,
    ) -> Answer:
        answer = self._fetcher.get(url, accept=accept, etag=etag, last_modified=last_modified, no_cache=no_cache)
        if answer.date is not None:
            self._note(urlsplit(answer.url).netloc, (self._clock() - answer.date).total_seconds())
        return answer

    def _note(self, site: str, ahead: float) -> None:
        with self._lock:
            if site in self._ahead or len(self._ahead) < _MOST_SITES:
                self._ahead[site] = min(ahead, self._ahead.get(site, ahead), key=abs)

    def taken(self) -> tuple[int, int] | None:
        """By how many seconds our clock is ahead and how many sites say so, since this was asked last.

        None where there are none.
        """
        with self._lock:
            known, self._ahead = self._ahead, {}
        if not known:
            return None
        off = min(known.values(), key=abs) if len(known) < LEAST_SITES else median_low(known.values())
        return round(off), len(known)


def keep(node: Node, clocks: OtherClocks) -> None:
    """Keep what the sites of the last while say of our clock; a few say nothing against many."""
    found = clocks.taken()
    if found is None:
        return
    with node.database.write() as tx:
        last = measured.latest(tx, ASKED)
        many = last is not None and last.value >= LEAST_SITES and 0 <= node.now - last.at < _KNOWN_FOR_S
        if many and found[1] < LEAST_SITES:
            return
        for name, value in zip((OFF, ASKED), found, strict=True):
            measured.keep(tx, Reading(name, node.now, value))

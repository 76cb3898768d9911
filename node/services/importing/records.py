"""What is imported by command, kept as imports at the desk are: in the list of past ones, and to be undone there."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from node.services.identity import audit
from node.services.identity.audit import COMMAND_LINE
from node.services.importing.batches import Result, Run
from node.services.importing.imports import LONGEST_NAME, cleaned, summed
from node.services.listings.own_ids import listing_id
from node.storage import imports as stored
from node.storage.engine import Tx
from node.storage.imports import ABSENT, ABSENT_FROM, Import, ImportRow


@dataclass(slots=True)
class Records:
    """One record an organisation. Without a ``name`` of the file nothing is kept, nor where an import is only tried."""

    run: Run
    name: str
    _ids: dict[str, str] = field(default_factory=dict)
    _absent: int = 0

    @property
    def is_kept(self) -> bool:
        return bool(self.name) and not self.run.only_try

    def turn_to(self, slug: str) -> None:
        """What is done from now on is done to the organisation with this slug."""
        if self.is_kept:
            self.run.import_id = self._ids.setdefault(slug, secrets.token_hex(8))

    def keep(self, tx: Tx, slug: str, results: Sequence[Result]) -> None:
        """Keep what became of some rows, in the transaction in which they were published."""
        if not self.is_kept or not results:
            return
        node, host = self.run.node, self.run.hosts[slug]
        before = stored.by_id(tx, host.id, self._ids[slug])
        if before is None:
            self._begin(tx, slug)
        stored.put_rows(tx, [self._row(slug, result) for result in results])
        counts = summed(stored.tally(tx, self._ids[slug]))
        total = (before.total if before else 0) + len(results)
        stored.change(tx, self._ids[slug], counts=counts, total=total, done=total, changed_at=node.now)

    def _begin(self, tx: Tx, slug: str) -> None:
        node, host = self.run.node, self.run.hosts[slug]
        one = Import(
            id=self._ids[slug],
            organisation_id=host.id,
            open_for=None,
            state=stored.DONE,
            file_name=cleaned(self.name)[:LONGEST_NAME],
            by=COMMAND_LINE.name,
            made_at=node.now,
            changed_at=node.now,
            headings=(),
            columns={},
        )
        stored.put(tx, one)
        audit.record(tx, node, COMMAND_LINE, "import-run", one.file_name, host.id)

    def _row(self, slug: str, result: Result) -> ImportRow:
        number, change = result.row, result.change
        if number is None:
            number, change = ABSENT_FROM + self._absent, ABSENT
            self._absent += 1
        return ImportRow(
            self._ids[slug],
            number,
            stored.TAKEN,
            change,
            title=result.title[:200],
            listing_id=listing_id(self.run.node.settings.url, result.key),
        )

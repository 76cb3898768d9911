"""What every way of publishing shares: what cannot be published as an error, and the transaction that publishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from node.context import Node
from node.storage import catalogue
from node.storage.engine import Tx
from schemas.errors import DocumentError, Problem, SharefeedError


class PublishingError(SharefeedError):
    """Something that cannot be published: ``problems`` says why, never empty. Nothing was kept."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class UnknownListingError(PublishingError):
    """There is no listing of this ``key`` on this node."""

    def __init__(self, key: str) -> None:
        self.key = key
        message = f"There is no listing called {key} here; `sharefeed listing list` names them."
        super().__init__([Problem("", "unknown-listing", message)])


@contextmanager
def writing(node: Node) -> Iterator[Tx]:
    """A write that has the change log to itself from the start: two writers never wait for each other in a ring."""
    with node.database.write() as tx:
        catalogue.state(tx, lock=True)
        yield tx


@contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except DocumentError as error:
        raise PublishingError(error.problems) from error

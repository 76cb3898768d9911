"""The whole demo network, up for as long as a ``with`` block lasts: real processes over HTTP on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from examples import demo_catalogue
from examples.demo_catalogue import Catalogue, add_sources, start_catalogue
from examples.demo_members import Site, start_member
from examples.demo_past import Past
from examples.demo_plan import PUBLISHER, Plan
from examples.demo_processes import Children, choose_port, wait_until
from node.storage.photos import WANTED

READ_S = 180.0
"""It takes half a minute on a machine that has nothing else to do."""
NODES = {"mail_capture": "true", "allow_loopback": "true"}
"""So that whoever asks can be answered, and nodes on one machine can write to each other."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Network:
    """What runs: the catalogue, its members in the plan's order, and the processes behind them."""

    plan: Plan
    catalogue: Catalogue
    sites: tuple[Site, ...]
    children: Children

    def site(self, slug: str) -> Site:
        """The member with this slug. Raises `KeyError`."""
        return {site.member.slug: site for site in self.sites}[slug]


@contextmanager
def running(plan: Plan, folder: Path, port: int, say: Say = lambda line: None, past: bool = False) -> Iterator[Network]:
    """Start everything in ``folder``; nothing is left running afterwards, however the block ends.

    The catalogue listens on ``port`` and has all members as its sources, whose reading has begun. With a ``past``, they
    have handed things over for months. Raises `DemoError`.
    """
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        # Its threads wait for processes: these are stopped first, so that nothing is waited for in vain.
        threads = stack.enter_context(ThreadPoolExecutor(len(plan.members) + 1, thread_name_prefix="start"))
        children = stack.enter_context(Children(logs))
        network = _start(plan, folder, port, children, threads, say, past)
        stack.callback(network.catalogue.node.database.close)
        add_sources(network.catalogue, network.sites)
        yield network


def _start(
    plan: Plan, folder: Path, port: int, children: Children, threads: ThreadPoolExecutor, say: Say, past: bool
) -> Network:
    portal = threads.submit(start_catalogue, plan, folder, port, children)
    nodes = [member for member in plan.members if member.kind == PUBLISHER]
    lived = Past(nodes if past else [])
    settings = NODES if past else {}
    starts = [partial(start_member, member, folder, children, settings, lived.lived) for member in plan.members]
    members = [threads.submit(lived.or_nobody, start) for start in starts]
    sites = tuple(_started(member, say) for member in members)
    return Network(plan, portal.result(), sites, children)


def _started(future: Future[Site], say: Say) -> Site:
    site = future.result()
    say(f"  {site.url:<24} {site.member.name}, {site.member.listings} listings")
    return site


def wait_until_read(network: Network, progress: Callable[[int], None] = lambda shown: None) -> None:
    """Wait until every source has been read, all of it can be found and its photographs can be seen.

    ``progress`` is told how many listings are shown. Raises `DemoError` when a process ends or this takes too long.
    """
    catalogue = network.catalogue

    def done() -> bool:
        progress(demo_catalogue.shown(catalogue))
        return demo_catalogue.all_read(catalogue) and demo_catalogue.index_caught_up(catalogue)

    wait_until(done, "Reading the sources", network.children.check, READ_S)
    demo_catalogue.copy_photographs(catalogue)
    # The catalogue's own worker may have taken some of them.
    wait_until(partial(_all_copied, catalogue), "Copying the photographs", network.children.check, READ_S)


def wait_until_counted(network: Network) -> None:
    """Wait until the catalogue has read what the nodes have handed over. Raises `DemoError` if this takes too long."""
    sites = sum(site.member.kind == PUBLISHER for site in network.sites)
    read = partial(demo_catalogue.read_receipts, network.catalogue)
    wait_until(lambda: read() == sites, "Reading the receipts", network.children.check, READ_S)


def _all_copied(catalogue: Catalogue) -> bool:
    return WANTED not in demo_catalogue.copies(catalogue).values()


def choose_portal_port(wanted: int, say: Say) -> int:
    """The port that was asked for or, said aloud, the next free one. Raises `DemoError`."""
    port = choose_port(wanted)
    if port != wanted:
        say(f"Port {wanted} is taken on this machine; the portal uses {port}.")
    return port

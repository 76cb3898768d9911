"""The commands that people type, run as processes on the nodes of a network that is up."""

from __future__ import annotations

import os
import subprocess

from examples.demo_network import Network
from examples.demo_processes import PROJECT, SHAREFEED, clean_environment


def sharefeed(network: Network, slug: str, *arguments: str) -> str:
    """What a command prints for the node with this slug (``catalogue`` is the aggregator). It must end well."""
    home = network.catalogue.home if slug == "catalogue" else network.catalogue.home.parent / slug
    done = subprocess.run(
        [*SHAREFEED, "--home", str(home), *arguments],
        cwd=PROJECT,
        env=clean_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout

"""What tests of the guarded client share: limits that make a test short, names that resolve as told, and a check."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from federation.addresses import AddressPolicy
from federation.fetch import Fetcher, FetchError, FetchPolicy, user_agent
from tests.fakes.hostile_server import head

LIMIT = 100_000
DEADLINE_S = 0.4
# For what is not about deadlines: below the two seconds of `failure`, above a pause of the collector in a long run.
PATIENT_S = 1.5
AGENT = user_agent("Sharefeed", "0.1.0", "https://catalogue.example/contact")
LOOPBACK = AddressPolicy(allow_loopback=True, allow_http=True)
NAME = "feeds.example"
FEED = b'{"items": []}' * 50
CHUNKED = head(200, "Transfer-Encoding: chunked")


def policy(addresses: AddressPolicy = LOOPBACK, **changes: Any) -> FetchPolicy:
    limits = {"deadline_s": DEADLINE_S, "max_bytes": LIMIT, "user_agent": AGENT, **changes}
    return FetchPolicy(addresses, **limits)


class Names:
    """A resolver that answers each question with the next of its address lists; the last repeats."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[tuple[Any, Any, Any, Any, Any]]:
        self.asked.append(host)
        ips = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, port, 0, 0))
            if ":" in ip
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))
            for ip in ips
        ]


def failure(fetcher: Fetcher, url: str, **options: Any) -> FetchError:
    """The error of a fetch that must fail, and must do so in good time."""
    began = time.monotonic()
    with pytest.raises(FetchError) as caught:
        fetcher.get(url, **options)
    assert time.monotonic() - began < 2
    assert caught.value.url == url
    assert caught.value.detail in str(caught.value)
    return caught.value

"""A publisher whose stories a catalogue reads: both real, with the publisher's own application behind the client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from federation.fetch import Answer, FetchError
from federation.records import L1, PollResult, Source
from node.app import create_app
from node.context import Node
from node.services.configuration.setup import prepare_database
from node.services.stories import harvest
from node.settings import SECRET_FILE, Settings
from node.storage import sources, story_readings
from tests.fakes.databases import database_at
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher

CITY = "https://city.example/"
Change = Callable[[Answer], Answer]


@dataclass
class Town:
    """``school`` publishes, ``city`` reads it as ``source_id``; ``asked`` lists requests, ``change`` alters answers."""

    school: Node
    city: Node
    source_id: int
    asked: list[str] = field(default_factory=list)
    change: Change | None = None

    def get(
        self,
        url: str,
        *,
        accept: str = "*/*",
        etag: str | None = None,
        last_modified: str | None = None,
        no_cache: bool = False,
    ) -> Answer:
        """What the guarded client would bring."""
        if not url.startswith(URL):
            raise FetchError(url, "connect", "there is no such site")
        self.asked.append(url)
        parts = urlsplit(url)
        headers = {"If-None-Match": etag} if etag else {}
        client = client_of(create_app(self.school))
        got = client.get(f"{parts.path}?{parts.query}", headers=headers)
        answer = Answer(
            url=url,
            status=got.status_code,
            body=got.get_data(),
            media_type=got.mimetype,
            charset=None,
            etag=got.headers.get("ETag"),
            last_modified=None,
            date=datetime.fromtimestamp(self.school.now, UTC),
            retry_after_s=None,
            permanent_url=None,
            max_age_s=None,
            link_header=None,
        )
        return self.change(answer) if self.change else answer

    def read(self) -> PollResult:
        """Read the stories now."""
        with self.city.database.read() as tx:
            reading = story_readings.of(tx, self.source_id)
        return harvest.read(self.city, self, reading)

    def describe(self) -> None:
        """Let the catalogue know the school's node document as it is now."""
        document = client_of(create_app(self.school)).get("/.well-known/sharefeed.json").get_data(as_text=True)
        with self.city.database.write() as tx:
            source = sources.by_id(tx, self.source_id)
            assert source is not None
            sources.amend(tx, replace(source, node_document=document))


def town(home: Path) -> Town:
    school = publisher(home / "school", mail_capture=True)
    folder = home / "city"
    folder.mkdir(parents=True)
    (folder / SECRET_FILE).write_text("not a secret, but as long as a true one is")
    settings = Settings(folder, {"node_url": CITY, "node_name": "City", "aggregate": True})
    city = Node.open(settings, database_at(folder / "sharefeed.sqlite"), clock_of(school))
    prepare_database(city)
    with city.database.write() as tx:
        source_id = sources.add(tx, Source(0, f"{URL}changes.json", URL, "School", "json", L1, added_at=city.now)).id
    made = Town(school, city, source_id)
    made.describe()
    return made


def altered(change: Callable[[dict[str, object]], None]) -> Change:
    """An answer whose first item was changed so."""

    def around(answer: Answer) -> Answer:
        document = orjson.loads(answer.body)
        for item in document.get("items", [])[:1]:
            change(item)
        return replace(answer, body=orjson.dumps(document), etag=None)

    return around

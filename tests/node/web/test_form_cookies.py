"""The cookie by which a form is known to be from a page of ours: while the clock moves, and of somebody else."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import request
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from node.app import create_app
from node.web.security import Sessions
from tests.fakes.publisher import publisher

DAY_S = 86_400


def made_in(seconds: int) -> type[TimestampSigner]:
    """Signs as if it were so many seconds later."""

    class Elsewhen(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) + seconds

    return Elsewhen


@pytest.mark.parametrize(
    ("seconds", "secret", "is_kept"),
    [
        pytest.param(0, "", True, id="now"),
        pytest.param(7200, "", True, id="before the clock was put back by two hours"),
        pytest.param(-30 * DAY_S, "", True, id="a month ago"),
        pytest.param(-32 * DAY_S, "", False, id="too long ago"),
        pytest.param(0, "another", False, id="of another node"),
    ],
)
def test_what_it_holds_is_kept(tmp_path: Path, seconds: int, secret: str, is_kept: bool) -> None:
    node = publisher(tmp_path / "home")
    app, sessions = create_app(node), Sessions()
    app.secret_key = secret or app.secret_key
    signing = sessions.get_signing_serializer(app)
    assert isinstance(signing, URLSafeTimedSerializer)
    signing.signer = made_in(seconds)
    cookie = signing.dumps({"csrf_token": "x"})
    app = create_app(node)
    with app.test_request_context(headers={"Cookie": f"{sessions.get_cookie_name(app)}={cookie}"}):
        kept = sessions.open_session(app, request)
    assert kept is not None
    assert dict(kept) == ({"csrf_token": "x"} if is_kept else {})
    node.database.close()

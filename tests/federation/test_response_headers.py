"""What header fields mean, from well-formed to nonsense."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import response_headers

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "media_type", "charset"),
    [
        pytest.param(None, "", None, id="absent"),
        pytest.param("application/feed+json", "application/feed+json", None, id="bare"),
        pytest.param("Text/HTML; Charset=UTF-8", "text/html", "utf-8", id="shouting"),
        pytest.param('text/html;charset="iso-8859-1"; x=y', "text/html", "iso-8859-1", id="quoted"),
        pytest.param("text/html; charset=klingon", "text/html", None, id="unknown-charset"),
        pytest.param("text/html; charset=zlib", "text/html", None, id="codec-that-is-not-text"),
        pytest.param("text/html; charset=", "text/html", None, id="empty-charset"),
        pytest.param("text", "", None, id="no-slash"),
        pytest.param("", "", None, id="empty"),
        pytest.param("<script>/x", "", None, id="not-a-token"),
    ],
)
def test_content_type(value: str | None, media_type: str, charset: str | None) -> None:
    assert response_headers.media_type(value) == media_type
    assert response_headers.charset(value) == charset


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(None, None, id="absent"),
        pytest.param("120", 120.0, id="seconds"),
        pytest.param(" 0 ", 0.0, id="at-once"),
        pytest.param("999999999", 86400.0, id="years"),
        pytest.param("9" * 5000, None, id="absurd"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1.5", None, id="fraction"),
        pytest.param("soon", None, id="word"),
        pytest.param("Sun, 22 Nov 2026 12:01:30 GMT", 90.0, id="date"),
        pytest.param("Sunday, 22-Nov-26 12:01:30 GMT", 90.0, id="date-rfc850"),
        pytest.param("Sun Nov 22 12:01:30 2026", 90.0, id="date-asctime"),
        pytest.param("Sun, 22 Nov 2026 13:00:00 +0100", 0.0, id="date-elsewhere"),
        pytest.param("Sat, 21 Nov 2026 12:00:00 GMT", 0.0, id="past"),
        pytest.param("Tue, 22 Nov 2050 12:00:00 GMT", 86400.0, id="far"),
        pytest.param("Sun, 99 Nov 2026 12:00:00 GMT", None, id="no-such-day"),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert response_headers.retry_after(value, NOON) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param(None, None, id="absent"),
        pytest.param("max-age=600", 600.0, id="alone"),
        pytest.param("public, Max-Age=60, must-revalidate", 60.0, id="among-others"),
        pytest.param('max-age="30"', 30.0, id="quoted"),
        pytest.param("s-maxage=10", None, id="shared-caches-only"),
        pytest.param("x-max-age=10", None, id="another-word"),
        pytest.param("max-age=-1", None, id="negative"),
        pytest.param("max-age=999999999999", 366 * 86400.0, id="for-ever"),
        pytest.param("no-cache", None, id="no-cache"),
    ],
)
def test_max_age(value: str | None, seconds: float | None) -> None:
    assert response_headers.max_age(value) == seconds


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param(None, None, id="absent"),
        pytest.param('"abc"', '"abc"', id="strong"),
        pytest.param('W/"abc"', 'W/"abc"', id="weak"),
        pytest.param("abc", "abc", id="unquoted"),
        pytest.param(' "abc" ', '"abc"', id="padded"),
        pytest.param('"é"', '"é"', id="latin-1"),
        pytest.param("", None, id="empty"),
        pytest.param("a\r\nHost: evil", None, id="header-injection"),
        pytest.param('"☃"', None, id="cannot-be-sent"),
        pytest.param('"' + "a" * 2000 + '"', None, id="huge"),
    ],
)
def test_validator_that_can_be_sent_back(value: str | None, kept: str | None) -> None:
    assert response_headers.validator(value) == kept


@given(st.text())
def test_any_text_gets_an_answer(value: str) -> None:
    seconds = response_headers.retry_after(value, NOON)
    assert seconds is None or 0 <= seconds <= 86400
    date = response_headers.http_date(value)
    assert date is None or date.utcoffset() == NOON.utcoffset()
    assert response_headers.media_type(value) == response_headers.media_type(value).lower()
    assert response_headers.charset(value) is None or b"a".decode(response_headers.charset(value) or "")


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)))
def test_date_survives_the_wire(moment: datetime) -> None:
    aware = moment.replace(microsecond=0, tzinfo=UTC)
    assert response_headers.http_date(f"{aware:%a, %d %b %Y %H:%M:%S} GMT") == aware

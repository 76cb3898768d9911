"""The body of an answer, decoded within a bound: 522 kB of gzip can hold a gigabyte, and ``.content`` would make it.

Refuses a body that ends early, framing or codings that two readers could understand differently, and codings that
were not asked for.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from urllib3.exceptions import HTTPError, InvalidChunkLength, ProtocolError, ReadTimeoutError, SSLError
from urllib3.response import HTTPResponse

from federation.exchange import Exchange
from federation.fetch_error import GuardError
from schemas.records import dataclass

_PIECE_BYTES = 64 * 1024
_BODILESS = (204, 304)
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_LENGTH = re.compile(r"[0-9]{1,18}\Z")


@dataclass(frozen=True, slots=True)
class Body:
    """``content`` is decoded; ``whole`` is False when it was cut at the limit on purpose."""

    content: bytes
    whole: bool = True


def read_body(answer: HTTPResponse, limit: int, exchange: Exchange, *, may_cut: bool) -> Body:
    """Read and decode at most ``limit`` bytes.

    A longer body is cut if ``may_cut``, else raises `GuardError` ``too-large``; other codes: ``truncated``,
    ``deadline``, ``tls``, ``bad-answer``. The connection is free for reuse only if the body was whole.
    """
    chunked = _check_framing(answer)
    if answer.status in _BODILESS:
        return _no_body(answer, chunked)
    decoder = _decoder(answer.headers.get("content-encoding", ""))
    if not may_cut and type(decoder) is _Identity and (answer.length_remaining or 0) > limit:
        raise _too_large(limit)
    # Chunks of one byte cost six on the wire; a feed whose framing outweighs its text is not a feed.
    exchange.expect_body(2 * limit + 2 * _PIECE_BYTES)
    body = _collect(answer, decoder, limit, exchange)
    if not body.whole:
        answer.close()
        if not may_cut:
            raise _too_large(limit)
        return body
    decoder.finish(framed=chunked or "content-length" in answer.headers)
    return body


def _too_large(limit: int) -> GuardError:
    return GuardError("too-large", f"the answer is larger than {limit:,} bytes")


def _check_framing(answer: HTTPResponse) -> bool:
    """True if the body is chunked; raises on anything that RFC 9112, section 6.3, calls unrecoverable."""
    coding = answer.headers.get("transfer-encoding", "").strip().lower()
    if coding not in ("", "identity", "chunked"):
        raise GuardError("bad-answer", "the server framed its answer in a way that was not asked for")
    lengths = answer.headers.getlist("content-length")
    if not all(_LENGTH.match(length.strip()) for length in lengths):
        raise GuardError("bad-answer", "the server stated a length that is not a number")
    return coding == "chunked"


def _no_body(answer: HTTPResponse, chunked: bool) -> Body:
    # http.client would wait for the chunks that a 304 announces and never sends.
    if chunked:
        answer.close()
    else:
        answer.read(1, decode_content=False)
    return Body(b"")


def _collect(answer: HTTPResponse, decoder: _Identity, limit: int, exchange: Exchange) -> Body:
    pieces: list[bytes] = []
    size = 0
    for raw in _raw_pieces(answer, exchange):
        piece = decoder.feed(raw, limit - size)
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            return Body(b"".join(pieces)[:limit], whole=False)
        exchange.remaining()
    return Body(b"".join(pieces))


def _raw_pieces(answer: HTTPResponse, exchange: Exchange) -> Iterator[bytes]:
    try:
        yield from answer.stream(_PIECE_BYTES, decode_content=False)
    except ReadTimeoutError as error:
        raise exchange.overdue() from error
    except SSLError as error:
        raise GuardError("tls", "the secure connection broke") from error
    except (HTTPError, ValueError) as error:
        raise _broken(error) from error


def _broken(error: HTTPError | ValueError) -> GuardError:
    cause = error.args[1] if isinstance(error, ProtocolError) and len(error.args) > 1 else error
    if isinstance(cause, InvalidChunkLength | ValueError):
        return GuardError("bad-answer", "the server sent a malformed chunk")
    return GuardError("truncated", "the answer ended before it was complete")


def _decoder(content_encoding: str) -> _Identity:
    coding = content_encoding.strip().lower()
    if coding in ("", "identity"):
        return _Identity()
    if coding in ("gzip", "x-gzip"):
        return _Gzip()
    if coding == "deflate":
        return _Deflate()
    raise GuardError("bad-answer", "the server compressed its answer in a way that was not asked for")


class _Identity:
    """Bytes as they come; the shape of every decoder."""

    def feed(self, data: bytes, room: int) -> bytes:
        """Decode ``data``; output beyond ``room`` bytes may be left out, but at least one byte of it is given."""
        return data

    def finish(self, *, framed: bool) -> None:
        """The raw bytes are over; raises `GuardError` ``truncated`` if the coding was not."""


class _Gzip(_Identity):
    """RFC 1952, several members allowed."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_GZIP_WINDOW)
        self._begun = False

    def feed(self, data: bytes, room: int) -> bytes:
        self._begun = self._begun or bool(data)
        decoded: list[bytes] = []
        while data and room >= 0:
            if self._stream.eof:
                self._next_stream()
            piece = self._inflate(data, room + 1)
            decoded.append(piece)
            room -= len(piece)
            data = self._stream.unused_data
        return b"".join(decoded)

    def _inflate(self, data: bytes, at_most: int) -> bytes:
        try:
            return self._stream.decompress(data, at_most)
        except zlib.error as error:
            raise GuardError("bad-answer", "the compressed answer is damaged") from error

    def _next_stream(self) -> None:
        self._stream = zlib.decompressobj(_GZIP_WINDOW)

    def finish(self, *, framed: bool) -> None:
        empty_on_purpose = framed and not self._begun
        if not self._stream.eof and not empty_on_purpose:
            raise GuardError("truncated", "the compressed answer ended before it was complete")


class _Deflate(_Gzip):
    """RFC 1950, or RFC 1951 without its wrapper as some servers send it; the first two bytes tell which."""

    def __init__(self) -> None:
        super().__init__()
        self._head: bytes | None = b""

    def feed(self, data: bytes, room: int) -> bytes:
        if self._head is None:
            return super().feed(data, room)
        self._begun = self._begun or bool(data)
        self._head += data
        if len(self._head) < 2:
            return b""
        data, self._head = self._head, None
        wrapped = data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
        self._stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        return super().feed(data, room)

    def _next_stream(self) -> None:
        raise GuardError("bad-answer", "something follows the compressed answer")

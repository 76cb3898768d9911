"""A loopback HTTP server that does, path by path, exactly what a script says, however wrong that is.

    with HostileServer({"/feed": answer(b"{}"), "/slow": drip(b"HTTP/1.1 200 OK...", every=0.05)}) as server:
        fetch(server.url("/feed"))

A script is a function of the `Wire` to the client; it may send anything, wait, or hang up. When it returns, the
connection stays open for the next request, unless the script closed it. Everything ends with the ``with`` block.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Self


class GoneError(Exception):
    """The client went away or the server is stopping: the script ends here."""


@dataclass(frozen=True)
class Asked:
    """One request: path with query, header fields in lower case, and the number of its connection, from 1."""

    path: str
    headers: Mapping[str, str]
    connection: int
    body: bytes = b""


class Wire:
    """A client's connection as a script sees it."""

    def __init__(self, client: socket.socket, stopping: threading.Event) -> None:
        self._client = client
        self._stopping = stopping
        self.open = True

    def send(self, data: bytes) -> None:
        try:
            self._client.sendall(data)
        except OSError as error:
            raise GoneError from error

    def wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise GoneError

    def hang_up(self) -> None:
        self.open = False

    def reset(self) -> None:
        """End with RST instead of FIN."""
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.open = False


Script = Callable[[Wire], None]


class HostileServer:
    """Serves ``scripts`` by path; ``asked`` lists every request in order of arrival."""

    def __init__(self, scripts: Mapping[str, Script], *, tls: ssl.SSLContext | None = None) -> None:
        self.scripts = dict(scripts)
        self.asked: list[Asked] = []
        self.accepted = 0
        self._tls = tls
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._clients: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        # Closing alone would leave the accepting thread inside accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        for client in list(self._clients):
            _shut(client)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._clients.add(client)
            self._start(self._serve, client, self.accepted)

    def _serve(self, client: socket.socket, number: int) -> None:
        try:
            if self._tls:
                self._clients.discard(client)
                client = self._tls.wrap_socket(client, server_side=True)
                self._clients.add(client)
            self._converse(client, number)
        except (GoneError, OSError):
            pass
        finally:
            self._clients.discard(client)
            client.close()

    def _converse(self, client: socket.socket, number: int) -> None:
        wire = Wire(client, self._stopping)
        with client.makefile("rb") as stream:
            while wire.open and not self._stopping.is_set():
                request = _request(stream, number)
                if request is None:
                    return
                self.asked.append(request)
                self.scripts.get(request.path, answer(b"no such script", status=404))(wire)


def _shut(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _request(stream: BinaryIO, number: int) -> Asked | None:
    path, headers = "", {}
    for line in stream:
        text = line.decode("latin-1").strip()
        if not text:
            return Asked(path, headers, number, stream.read(int(headers.get("content-length", 0))))
        if not path:
            # A TLS greeting is no request line, and may hold a line end: no path, so no script answers it.
            path = [*text.split(" "), ""][1] or "?"
        else:
            name, _, value = text.partition(":")
            headers[name.strip().lower()] = value.strip()
    return None


def head(status: int = 200, *fields: str) -> bytes:
    """A status line, ``fields`` such as "ETag: x", and the blank line."""
    return "\r\n".join((f"HTTP/1.1 {status} Scripted", *fields, "", "")).encode("latin-1")


def answer(body: bytes, *fields: str, status: int = 200) -> Script:
    """A correct answer with its length; the connection stays open."""
    return send(head(status, *fields, f"Content-Length: {len(body)}") + body, hang_up=False)


def send(data: bytes, *, hang_up: bool = True) -> Script:
    """These bytes, and then the end of the connection."""

    def script(wire: Wire) -> None:
        wire.send(data)
        if hang_up:
            wire.hang_up()

    return script


def redirect(location: str, status: int = 302) -> Script:
    return answer(b"", f"Location: {location}", status=status)


def drip(at_once: bytes, slowly: bytes, every: float) -> Script:
    """``at_once``, then ``slowly`` byte by byte, ``every`` so many seconds, over and over."""

    def script(wire: Wire) -> None:
        wire.send(at_once)
        while True:
            for byte in slowly:
                wire.send(bytes([byte]))
                wire.wait(every)

    return script


def endless(at_once: bytes, piece: bytes) -> Script:
    """``at_once``, then ``piece`` again and again as fast as the client takes it."""

    def script(wire: Wire) -> None:
        wire.send(at_once)
        while True:
            wire.send(piece)
            wire.wait(0)

    return script


def silence(before: bytes = b"") -> Script:
    """``before``, and then nothing, with the connection open."""

    def script(wire: Wire) -> None:
        wire.send(before)
        wire.wait(60)

    return script


def hang_up() -> Script:
    """The end of the connection without a byte."""
    return send(b"")


def reset(before: bytes = b"") -> Script:
    """``before``, then RST."""

    def script(wire: Wire) -> None:
        wire.send(before)
        wire.wait(0.05)
        wire.reset()

    return script


def in_turn(*scripts: Script) -> Script:
    """The first request gets the first script, and so on; the last one repeats."""
    left = list(scripts)

    def script(wire: Wire) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(wire)

    return script


def chunks(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A chunked body; ``end`` may be anything else."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


def gzip_bomb(decoded_bytes: int) -> bytes:
    """Gzip of so many zeros, about a thousandth of the size."""
    return gzip.compress(bytes(decoded_bytes))


def raw_deflate(data: bytes) -> bytes:
    """RFC 1951 without the wrapper of RFC 1950, as some servers send "deflate"."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()

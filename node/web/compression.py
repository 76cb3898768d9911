"""Pages, stylesheets, scripts and drawings under gzip, for readers on slow lines and nodes with no proxy before them.

Static files are compressed once in each process, pages each time, at the level that costs least. Feeds and the API see
to it themselves (`conditional`).

Refuses a page that holds a form's token: that is a secret of its reader beside words that others may have put into its
address, and from the compressed length one could be guessed by the other (BREACH; Gluck, Harris and Prado 2013).
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.wsgi import ClosingIterator, FileWrapper

from node.web.static_files import version_of

_TYPES = frozenset(
    ["text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/manifest+json"]
)
FROM_BYTES = 1000
"""Smaller answers fit into one packet either way."""
_PAGE_LEVEL, _FILE_LEVEL = 2, 9
_MADE_TOKEN = "csrf_token"  # noqa: S105 - where Flask-WTF keeps the one that it made for a request


def install(app: Flask) -> None:
    """Compress from now on. To be called before whatever else looks at answers, as Flask runs these backwards."""
    folder = Path(app.static_folder or "")

    def compress(response: Response) -> Response:
        if response.mimetype not in _TYPES or "Content-Encoding" in response.headers:
            return response
        is_file = request.endpoint == "static"
        if not is_file and _MADE_TOKEN in g:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or "Range" in request.headers or not request.accept_encodings["gzip"] > 0:
            return response
        return _file(response, folder) if is_file else _page(response)

    app.after_request(compress)


def _page(response: Response) -> Response:
    if response.is_streamed or response.direct_passthrough:
        return response
    body = response.get_data()
    if len(body) >= FROM_BYTES:
        response.set_data(gzip.compress(body, _PAGE_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _file(response: Response, folder: Path) -> Response:
    name = (request.view_args or {})["filename"]
    body = _compressed(folder / name, version_of(folder, name))
    if len(body) < FROM_BYTES // 2:
        return response
    file, response.direct_passthrough = response.response, False
    response.set_data(body)
    if isinstance(file, ClosingIterator | FileWrapper):
        file.close()
    response.headers["Content-Encoding"] = "gzip"
    # A strong tag promises the same bytes, and these are others than those of the file.
    response.set_etag(f"{response.get_etag()[0] or ''}-gzip")
    response.make_conditional(request)
    return response


@lru_cache(maxsize=256)
def _compressed(path: Path, _version: str | None) -> bytes:
    return gzip.compress(path.read_bytes(), _FILE_LEVEL, mtime=0)

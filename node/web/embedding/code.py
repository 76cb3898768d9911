"""The HTML with which listings are put on another website: as text, for pasting there. Reads no database."""

from __future__ import annotations

from markupsafe import escape

from node.web.embedding.request import FrameRequest

SCRIPT_PATH = "embed.js"


def script_line(url: str, wanted: FrameRequest, page_url: str, title: str) -> str:
    """One line: a link to ``page_url``, and the script that takes its place; ``url`` is this node's own address."""
    values: dict[str, list[str]] = {}
    for name, value in wanted.to_args():
        values.setdefault(name, []).append(value)
    data = {name: ",".join(parts) for name, parts in values.items()} | {"title": title}
    said = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    link = f'<a data-sharefeed href="{escape(page_url)}">{escape(title)}</a>'
    return f'{link}<script async src="{escape(url + SCRIPT_PATH)}"{said}></script>'


def frame(url: str, wanted: FrameRequest, title: str, width: str = "100%", height: int | None = None) -> str:
    """The frame itself, for where no script may run; ``height`` in pixels, if it is not to be the likely one."""
    return (
        f'<iframe src="{escape(wanted.address(url))}" title="{escape(title)}" width="{escape(width)}" '
        f'height="{height or wanted.height}" loading="lazy" referrerpolicy="no-referrer" style="border:0"></iframe>'
    )

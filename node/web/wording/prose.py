"""What somebody wrote, as HTML that is safe on our pages. Only what is rendered is cleaned; what is passed on stays.

Refuses scripts, styles, forms, pictures (they would be fetched from elsewhere) and links that are not absolute: one
written on another site would lead to a wrong page of ours.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from schemas.records import dataclass

_BLOCKS = ("p", "br", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "h3", "h4", "h5", "h6", "hr")
_INLINE = ("b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "code", "a", "abbr", "bdi", "bdo")
_TABLES = ("table", "caption", "thead", "tbody", "tr", "th", "td")
_TAGS = frozenset((*_BLOCKS, *_INLINE, *_TABLES))
_DROPPED_WHOLE = frozenset(["script", "style", "iframe", "object", "noscript", "template", "textarea", "title", "svg"])
_ATTRIBUTES = {"*": {"lang", "dir"}, "a": {"href", "title"}, "abbr": {"title"}, "th": {"scope"}}
_SCHEMES = frozenset(["https", "http", "mailto"])
_ABSOLUTE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_REL = "nofollow noopener ugc"
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}’”"


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """HTML that `clean` made; markupsafe takes its word for it."""

    html: str

    def __html__(self) -> str:
        return self.html


def body_of(html: str | None, text: str | None) -> Markup | None:
    """The cleaned HTML, or the text where there is none or nothing is left of it; None without either."""
    body = escape(_Cleaned(clean(html))) if html else Markup("")
    if body.striptags():
        return body
    return paragraphs(text) if text and text.strip() else None


def clean(html: str) -> str:
    """HTML with nothing in it that could act, load or lead astray."""
    # Imported here: most listings have plain text, and a small publisher never needs it.
    import nh3

    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=_ATTRIBUTES,
        attribute_filter=_only_absolute,
        url_schemes=set(_SCHEMES),
        link_rel=_REL,
        strip_comments=True,
    )


def _only_absolute(_tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or _ABSOLUTE.match(value.strip()) else None


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs, line breaks kept, web addresses as links."""
    blocks = re.split(r"\n[^\S\n]*\n\s*", text.replace("\r\n", "\n").strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(_lines(block)) for block in blocks)


def _lines(block: str) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in block.split("\n"))


def _linked(line: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _ADDRESS.finditer(line):
        address = match[0].rstrip(_TRAILING)
        # A bracket that was opened inside the address belongs to it.
        if address.count("(") > address.count(")") and match[0][len(address) :].startswith(")"):
            address += ")"
        parts += [escape(line[end : match.start()]), _link(address)]
        end = match.start() + len(address)
    return Markup("").join([*parts, escape(line[end:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" rel="{1}">{0}</a>').format(address, _REL)

"""The XML parser for what others wrote: no DOCTYPE, no entities, no network, no comments.

What it is given has been through `schemas.xml_text.check`, so that nothing depends on this parser alone.
"""

from __future__ import annotations

from lxml import etree


def guarded_parser(recover: bool = False) -> etree.XMLParser:
    """A parser of UTF-8. It repairs nothing, unless ``recover``."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
    )

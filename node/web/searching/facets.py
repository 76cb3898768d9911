"""Facets of a search as groups of checkboxes: what is shown at once, what is folded away, and what is ticked."""

from __future__ import annotations

from collections.abc import Sequence

from node.services.catalogue.search import FacetCount, FacetValue
from node.web.view_models.search import Facet, FacetOption
from node.web.wording.code_words import category, word

MOST_SHOWN = 8
"""So many values of a facet stand there at once. Two more are shown too, rather than folded away."""

MOST_UNFOLDED = 16
"""A tree with no more values than this is unfolded whole."""

_ALWAYS_OPEN = ("action", "category")


def facet_of(facet: FacetCount) -> Facet:
    """A facet as it is shown. In a tree the largest stand first, as they do elsewhere."""
    unfolded = sum(1 + len(value.children) for value in facet.values) <= MOST_UNFOLDED
    options = tuple(_option(facet.name, value, unfolded) for value in _largest_first(facet))
    enough = len(options) if len(options) <= MOST_SHOWN + 2 else MOST_SHOWN
    return Facet(
        facet.name,
        options[:enough],
        open=facet.name in _ALWAYS_OPEN or any(map(is_ticked, options)),
        rest=options[enough:],
        rest_open=any(map(is_ticked, options[enough:])),
    )


def value_label(name: str, value: str) -> str:
    """What a value of a filter is called."""
    if name == "category":
        return category(value).label
    return word(value, "sign" if name == "action" else name)


def is_ticked(option: FacetOption) -> bool:
    """Whether the option or one below it is ticked."""
    return option.selected or any(map(is_ticked, option.children))


def _largest_first(facet: FacetCount) -> Sequence[FacetValue]:
    return sorted(facet.values, key=_by_count) if facet.name == "category" else facet.values


def _by_count(value: FacetValue) -> int:
    return -value.count


def _option(name: str, value: FacetValue, unfolded: bool) -> FacetOption:
    children = tuple(_option(name, child, unfolded) for child in sorted(value.children, key=_by_count))
    return FacetOption(
        value.value,
        value_label(name, value.value),
        value.count,
        value.selected,
        sign=value.value if name == "action" else None,
        children=children,
        open=bool(children) and (unfolded or value.selected or any(map(is_ticked, children))),
    )

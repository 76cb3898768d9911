"""Many phrases, looked up together: a text pays for those whose words it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import NamedTuple

from schemas.free.keys import Text
from schemas.free.phrases import Rule


class Found(NamedTuple):
    """One phrase in a text: its rule, and where it stands."""

    rule: Rule
    start: int
    end: int


class Phrasebook:
    """Rules by the keys of which a text must have one."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_key: dict[str, list[tuple[Rule, tuple[frozenset[str], ...]]]] = {}
        for rule in self.rules:
            first, *others = rule.needs
            for key in first:
                self._by_key.setdefault(key, []).append((rule, tuple(others)))
        self._keys = frozenset(self._by_key)

    def possible(self, keys: Set[str]) -> set[Rule]:
        """The rules that a text with these keys can hold."""
        found: set[Rule] = set()
        for key in self._keys & keys:
            for rule, others in self._by_key[key]:
                for group in others:
                    if group.isdisjoint(keys):
                        break
                else:
                    found.add(rule)
        return found


def find(rules: Iterable[Rule], text: Text) -> Iterator[Found]:
    """Every place of these phrases in a text."""
    for rule in rules:
        for start, end in rule.find(text):
            yield Found(rule, start, end)

"""Rules of addresses that cost little until somebody asks for an address of theirs.

For each rule, Werkzeug writes and compiles two functions that make addresses, when the rule is added. A node has
hundreds of rules, and a page makes addresses of a few: those functions took a tenth of the time until a node answers.
"""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule

Made = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule that compiles what makes its addresses when the first of them is asked for, and then is as Werkzeug's."""

    def _compile_builder(self, append_unknown: bool = True) -> Made:
        compiled = super()._compile_builder
        name = "_build_unknown" if append_unknown else "_build"

        def make(rule: LateRule, /, **values: object) -> tuple[str, str]:
            # Two threads that come at once make the same.
            made: Made = compiled(append_unknown).__get__(rule, None)
            setattr(rule, name, made)
            return made(**values)

        return make

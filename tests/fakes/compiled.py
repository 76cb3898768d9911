"""What every application compiles when it is made and first asked, compiled once a process: tests make thousands."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class CompiledTemplates(BytecodeCache):
    """Keeps them in memory, by a template's name and its text. A first page took half a second."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.kept[bucket.key, bucket.checksum] = bucket.code


class CompiledRule(Rule):
    """A route whose functions that write addresses are made once; those of an aggregator took a tenth of a second."""

    kept: dict[tuple[str, bool], Callable[..., tuple[str, str]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults or self.subdomain or self.host:
            return super()._compile_builder(append_unknown)
        # Without these, all that they know of the rule is its text.
        key = (self.rule, append_unknown)
        if key not in self.kept:
            self.kept[key] = super()._compile_builder(append_unknown)
        return self.kept[key]


def share_what_is_compiled() -> None:
    """Let all Flask applications that are made from now on share it."""
    options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    Flask.jinja_options, Flask.url_rule_class = options, CompiledRule

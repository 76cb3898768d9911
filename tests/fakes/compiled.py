"""What every application compiles when it is made and first asked, compiled once a process: tests make thousands."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from node.web.routes import LateRule


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
    """A route that is taken apart once, and whose functions that write addresses are made once.

    Those of an aggregator took a tenth of a second. Without defaults and hosts, all that they know of it is its text,
    what its map does with slashes, and what reads the parts of an address.
    """

    kept: dict[tuple[Any, ...], CompiledRule] = {}
    makers: tuple[Callable[..., tuple[str, str]], ...]

    def compile(self) -> None:
        if self.defaults or self.subdomain or self.host:
            super().compile()
            return
        assert self.map is not None
        key = (type(self), self.rule, self.merge_slashes, *self.map.converters.items())
        known = self.kept.get(key)
        if known is None:
            super().compile()
            self.makers = tuple(made.__func__ for made in (self._build, self._build_unknown))  # type: ignore[attr-defined]
            self.kept[key] = self
            return
        self._parts, self._trace, self._converters = known._parts, known._trace, known._converters
        self.arguments.update(known.arguments)
        self._build, self._build_unknown = (make.__get__(self) for make in known.makers)


class CompiledStatements(SQLiteDialect_pysqlite):
    """SQLite, its statements put into SQL once a process and not once a database: a fifth of the time of many tests."""

    supports_statement_cache = True
    kept: LRUCache[Any, Any] = LRUCache(4000)
    first: SQLiteDialect_pysqlite | None = None

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        known = cls.first
        if known is not None and known.server_version_info:
            # What is kept is kept for a dialect; this one is as good as the engine's own, and has been connected.
            engine.dialect = engine.pool._dialect = known
        else:
            cls.first = engine.dialect  # type: ignore[assignment]
        engine.update_execution_options(compiled_cache=cls.kept)


def share_what_is_compiled() -> None:
    """Let all Flask applications and all SQLite databases that are made from now on share it."""
    options: dict[str, Any] = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    Flask.jinja_options, Flask.url_rule_class = options, CompiledRule
    LateRule.__bases__ = (CompiledRule,)
    registry.register("sqlite", __name__, CompiledStatements.__name__)

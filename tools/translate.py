"""`./run translate [LANGUAGE...]`: brings translations in step with the texts in the code, and compiles them.

For each language it writes ``node/translations/LANGUAGE/LC_MESSAGES/messages.po``, with an empty entry for each new
text and none for one that is gone, and ``messages.mo`` beside it. Doing it again changes nothing: there are no dates in
them, and no numbers of lines.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "node" / "translations"
KEYWORDS: Mapping[str, Any] = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "say": None,
    "later": None,
    "say_of": ((1, "c"), 2),
    "later_of": ((1, "c"), 2),
    "say_many": (1, 2),
}
_OPTIONS = {"encoding": "utf-8", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
SOURCES = (
    ("node/**/*.py", "python"),
    ("node/templates/**/*.html", "jinja2.ext:babel_extract"),
    ("node/templates/**/*.j2", "jinja2.ext:babel_extract"),
    ("schemas/*.py", "tools.sentences:extract"),
    ("schemas/free/*.py", "tools.sentences:extract"),
    ("federation/*.py", "tools.sentences:extract"),
    ("node/services/**/*.py", "tools.sentences:extract"),
)
"""Where texts are, and what finds them in such a file."""

NOT_SHOWN = (
    "federation/receipts.py",
    "node/services/aggregating/peers.py",
    "node/services/backup/restoring.py",
    "node/services/bookings/refusals.py",
    "node/services/catalogue/search.py",
    "node/services/catalogue/search_documents.py",
    "node/services/configuration/keys.py",
    "node/services/configuration/setting_checks.py",
    "node/services/configuration/setup.py",
    "node/services/dashboard/",
    "node/services/exchanges/between_nodes/heard.py",
    "node/services/exchanges/people/mail_words.py",
    "node/services/exchanges/people/telling.py",
    "node/services/exchanges/people/words_to_both.py",
    "node/services/health/certificate.py",
    "node/services/health/checks.py",
    "node/services/health/other_clocks.py",
    "node/services/health/watch.py",
    "node/services/health/words.py",
    "node/services/identity/audit.py",
    "node/services/identity/members.py",
    "node/services/identity/operator.py",
    "node/services/identity/passkeys.py",
    "node/services/identity/proving.py",
    "node/services/identity/sealing.py",
    "node/services/identity/second_factor.py",
    "node/services/impact/badge_keys.py",
    "node/services/importing/template.py",
    "node/services/limits/throttling.py",
    "node/services/listings/board_reports.py",
    "node/services/listings/drafts.py",
    "node/services/mail/letters.py",
    "node/services/mail/mail_settings.py",
    "node/services/mail/postman.py",
    "node/services/messages/",
    "node/services/moderation/own_words.py",
    "node/services/receipts/",
    "node/services/syndication/cursor.py",
    "node/services/syndication/download_rows.py",
    "node/services/syndication/downloads.py",
    "node/services/syndication/feeds.py",
    "node/services/syndication/node_document.py",
    "node/services/syndication/static_site.py",
    "node/services/validation/examining.py",
    "node/services/validation/judging.py",
    "node/services/validation/report_text.py",
    "node/services/validation/rules.py",
    "schemas/atom_writing.py",
    "schemas/field_table.py",
    "schemas/free/books.py",
    "schemas/free/phrases.py",
    "schemas/http_signature.py",
    "schemas/message.py",
    "schemas/publish.py",
    "schemas/receipt.py",
    "schemas/receipt_table.py",
    "schemas/records.py",
    "schemas/signing.py",
    "schemas/structured_fields.py",
)
"""Where sentences are read in a terminal or by programs only; those stay English (docs/translating.md)."""


class _Plain(Catalog):
    """A catalogue whose head says only what programs need, so that the same words make the same bytes."""

    def __init__(self, locale: Locale | None = None) -> None:
        comment = f"# Sharefeed in {locale.english_name}. How to: docs/translating.md" if locale else "#"
        super().__init__(locale, header_comment=comment, charset="utf-8", fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
        if self.locale is None:
            return head
        return [("Language", str(self.locale_identifier)), *head, ("Plural-Forms", f"{self.plural_forms}\n")]


def texts() -> Catalog:
    """Every text of the interface, by where it stands."""
    found = _Plain()
    for pattern, method in SOURCES:
        for path in sorted(PROJECT.glob(pattern)):
            name = path.relative_to(PROJECT).as_posix()
            if name.startswith("node/cli/"):
                continue
            if method != "tools.sentences:extract" or not name.startswith(NOT_SHOWN):
                _read(found, path, name, method)
    return found


def _read(found: Catalog, path: Path, name: str, method: str) -> None:
    for text, said, context in _said_in(path, method, path.stat().st_mtime_ns):
        found.add(text, None, [(name, 1)], auto_comments=said, context=context)


@cache
def _said_in(path: Path, method: str, _changed_ns: int) -> list[tuple[Any, list[str], str | None]]:
    """The texts of a file. It is read once for all languages, unless it changes."""
    found = extract_from_file(method, path, KEYWORDS, ["Translators:"], _OPTIONS, True)
    return [(text, said, context) for _line, text, said, context in found]


def path_of(language: str, ending: str = "po") -> Path:
    """The file of a language."""
    return FOLDER / language / "LC_MESSAGES" / f"messages.{ending}"


def languages() -> list[str]:
    """Every language that has been begun."""
    return sorted(path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def read(language: str) -> Catalog:
    """What has been translated. Empty for a new language. Raises `ValueError` and `UnknownLocaleError` for none."""
    made = _Plain(Locale.parse(language))
    path = path_of(language)
    if path.exists():
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id:
                    made[message.id] = message
    return made


def update(language: str) -> Catalog:
    """The catalogue of a language with just the texts that there are now."""
    made = read(language)
    made.update(texts(), no_fuzzy_matching=True)
    return made


def missing(catalog: Catalog) -> Iterator[Message]:
    """The texts without words in this language; those marked as doubtful count as such."""
    for message in catalog:
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(strings)):
            yield message


def po_of(catalog: Catalog) -> bytes:
    """The file that translators edit."""
    written = io.BytesIO()
    write_po(written, catalog, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return written.getvalue()


def mo_of(catalog: Catalog) -> bytes:
    """The file that the program reads: what is not translated in all its forms is left out, and shown in English."""
    written, complete = io.BytesIO(), _Plain(catalog.locale)
    lacking = {(message.id, message.context) for message in missing(catalog)}
    for message in catalog:
        if message.id and (message.id, message.context) not in lacking:
            complete[message.id] = message
    write_mo(written, complete)
    return written.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Bring the named languages in step, or all; 1 if texts are missing."""
    parser = argparse.ArgumentParser(prog="./run translate", description=__doc__)
    parser.add_argument("language", nargs="*", help="such as cy; without one, every language that has been begun")
    parser.add_argument("--missing", action="store_true", help="name the texts that have no translation yet")
    chosen = parser.parse_args(arguments)
    lacking = 0
    for language in chosen.language or languages():
        try:
            catalog = update(language)
        except (ValueError, UnknownLocaleError) as error:
            print(f"{language}: {error}")
            return 2
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(po_of(catalog))
        path_of(language, "mo").write_bytes(mo_of(catalog))
        without = list(missing(catalog))
        lacking += len(without)
        print(f"{language}: {len(catalog)} texts, {len(without)} without a translation")
        if chosen.missing:
            print("\n".join(f"  {message.id}" for message in without))
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())

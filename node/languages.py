"""The languages of the interface: which there are, which are offered, and their words. Knows no request.

The words in the code are English. Everything else is a folder ``LANGUAGE/LC_MESSAGES`` with a compiled ``messages.mo``:
those that are built in, and those of the folder that the setting ``translations`` names, which come first.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from node.settings import SettingError, Settings

if TYPE_CHECKING:
    from babel import Locale
    from babel.support import NullTranslations

BUILT_IN = Path(__file__).parent / "translations"
WRITTEN_IN = "en"
"""The language of the texts in the code and the templates."""


def folders(settings: Settings) -> tuple[Path, ...]:
    """Where words are, those that count more last."""
    own = str(settings.translations)
    return (BUILT_IN, settings.home / own) if own else (BUILT_IN,)


@lru_cache
def translated(where: tuple[Path, ...]) -> tuple[str, ...]:
    """Codes of the languages that have a compiled translation in one of these folders, and the one that needs none."""
    made = (path.parent.parent.name for folder in where for path in folder.glob("*/LC_MESSAGES/messages.mo"))
    return tuple(sorted({WRITTEN_IN, *(name.replace("_", "-") for name in made if _is_known(name))}))


def _is_known(code: str) -> bool:
    """Whether it can be said how this language writes its dates and numbers."""
    from babel import UnknownLocaleError

    try:
        locale_of(code)
    except (ValueError, UnknownLocaleError):
        return False
    return True


def offered(settings: Settings) -> tuple[str, ...]:
    """Codes of the languages that readers may choose from, the node's own first if it is one of them; never empty.

    The node's own code stands for its language, ``en-GB`` for ``en``: it says how dates and numbers are written, too.
    """
    return _offered(folders(settings), str(settings.language), str(settings.languages))


@lru_cache
def _offered(where: tuple[Path, ...], own: str, wanted: str) -> tuple[str, ...]:
    named = listed(wanted)
    known = [code for code in translated(where) if not named or base(code) in map(base, named)]
    found = [own if base(code) == base(own) else code for code in known]
    return tuple(sorted(dict.fromkeys(found), key=lambda code: code != own)) or (WRITTEN_IN,)


def listed(languages: str) -> tuple[str, ...]:
    """The codes in a setting."""
    return tuple(code.strip() for code in languages.split(",") if code.strip())


def base(code: str) -> str:
    """The language without its region: ``pt`` of ``pt-BR``."""
    return code.replace("_", "-").partition("-")[0].lower()


def locale_of(code: str) -> Locale:
    """Babel's locale of a code. Raises `ValueError` and `UnknownLocaleError`."""
    from babel import Locale

    return Locale.parse(code.replace("-", "_"))


def translations(code: str, settings: Settings) -> NullTranslations:
    """The words in a language; those of the code where there is no translation."""
    return _translations(code.replace("-", "_"), folders(settings))


@lru_cache
def _translations(code: str, where: tuple[Path, ...]) -> NullTranslations:
    from babel.support import NullTranslations, Translations

    found = [one for folder in where if isinstance(one := Translations.load(str(folder), [code]), Translations)]
    if not found:
        return NullTranslations()
    for other in found[1:]:
        found[0].merge(other)
    return found[0]


def check_languages(settings: Settings) -> None:
    """Raises `SettingError` for a language that is to be offered and has no words."""
    known = translated(folders(settings))
    for code in listed(str(settings.languages)):
        if base(code) not in map(base, known):
            raise SettingError("languages", f"there is no translation into {code!r}, only into {', '.join(known)}")

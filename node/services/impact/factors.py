"""The factors that a node works out effects with: those of its operator's file, else those that come with it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from node.settings import SettingError, Settings
from schemas import impact_factors
from schemas.errors import DocumentError
from schemas.impact_factors import Factors

SETTING = "impact_factors"


def of(settings: Settings) -> Factors:
    """The factors in force. Raises `SettingError` where the operator's file cannot be read, or is not in order."""
    if not settings.impact_factors:
        return impact_factors.shipped()
    return _own(settings)[1]


def own_file(settings: Settings) -> bytes | None:
    """The operator's file as it stands, of which the factors in force were made; None where there is none.

    Raises `SettingError` as `of` does.
    """
    return _own(settings)[0] if settings.impact_factors else None


def _own(settings: Settings) -> tuple[bytes, Factors]:
    path = settings.home / settings.impact_factors
    try:
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise SettingError(SETTING, f"{path} cannot be read: {error.strerror}") from error
    except DocumentError as error:
        first = error.problems[0]
        others = len(error.problems) - 1
        more = f" And {others} more." if others else ""
        where = f" at {first.pointer}" if first.pointer else ""
        raise SettingError(SETTING, f"{path} is not in order{where}: {first.message}{more}") from error


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int, size: int) -> tuple[bytes, Factors]:
    """A file in this state and its factors; the last two arguments say when it is to be read again."""
    data = path.read_bytes()
    return data, impact_factors.own(data)

"""Whether what one listing names is what another asks for. Pure: things in, a word for how they are related out.

Three ways lead there: both name the same thing; what is offered is a kind of what is asked for ("chest freezer" of
"freezer"); or it stands in a category of which every listing is one. None of them leads past a difference that counts:
a sense ("white" of coats), a trait that nobody offers, or two words of which nothing can be both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from node.search import compounds
from node.search.analysis import EVERYONE, stem, words
from node.search.lexicon import Phrase, same_as
from node.search.things import Said, Thing
from node.search.wider import is_apart
from schemas.vocabulary import fold

SAME, KIND = "same", "kind"
_COLOURED = ("textiles", "materials", "making")


def relation(wanted: Thing, offered: Thing, says: Callable[[str], bool], root: str = "") -> str | None:
    """How a thing on offer meets one that is asked for: `SAME`, `KIND`, or None where it does not.

    ``says`` tells whether the offer says the word with this stem anywhere; ``root`` is the corner of the catalogue that
    both stand in, which is a sense that needs no saying there.
    """
    if wanted.name == offered.name or _same_subject(wanted, offered):
        found, senses = SAME, offered.senses
    elif (extra := _more_than(wanted, offered, root)) is not None:
        found, senses = KIND, offered.senses | compounds.senses_of(offered.words[-1], extra)
    elif fold(offered.said) in wanted.members:
        found, senses = KIND, offered.senses
    else:
        return None
    return found if _agree(wanted, offered, senses - {root}, root) and _has_traits(wanted, says) else None


def filed_as(wanted: Thing, said: Said, leaf: str, says: Callable[[str], bool]) -> str | None:
    """The category that makes an offer what is asked for, though it may be called anything; None where none does.

    ``leaf`` is where the offer stands. Where its title names things, one of them has to be of that category; where it
    only mentions what is asked for ("laptop bag"), or speaks of parts, it is none.
    """
    if said.is_part or wanted.name in said.beside or not _has_traits(wanted, says):
        return None
    for path in wanted.answered:
        here = under(leaf, path) or (leaf == "other" and bool(said.things))
        if here and (not said.things or any(_stands_for(wanted, thing, path) for thing in said.things)):
            return path
    return None


def exclude_each_other(wanted: str, offered: str, offered_root: str) -> bool:
    """Whether two titles say what nothing can be both of: "single" and "double", "French" and "Spanish"."""
    asked, given = words(wanted), words(offered)
    sides, others = compounds.sides_of(asked), compounds.sides_of(given)
    if any(line in others and not sides[line] & others[line] for line in sides):
        return True
    shades, other_shades = compounds.colours_of(asked), compounds.colours_of(given)
    return offered_root in _COLOURED and bool(shades and other_shades) and not shades & other_shades


def is_about(wanted: Thing, said: Collection[str], services: frozenset[str]) -> bool:
    """Whether an offer of help, by the stems that it says and the kinds of help, is about what is asked for."""
    return (
        bool(wanted.subject) and all(word in said for word in wanted.subject) and _same_help(wanted.services, services)
    )


def _same_subject(wanted: Thing, offered: Thing) -> bool:
    """Whether two kinds of help are about the same: "website help" and "our website"."""
    helps = wanted.services or offered.services
    return bool(helps and wanted.subject) and wanted.subject == offered.subject


def under(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def _more_than(wanted: Thing, offered: Thing, root: str = "") -> Phrase | None:
    """What stands before the wanted thing's name in the offered one's: "chest" of "chest freezer"; None where it ends
    otherwise, or is a thing of another corner ("3D printer" is no printer).
    """
    if not {root, *(_root(path) for path in wanted.filed)} & {_root(path) for path in offered.filed}:
        return None
    for name in (wanted.words, *(tuple(stem(EVERYONE, word) for word in one) for one in same_as(_plain(wanted)))):
        if len(offered.words) > len(name) and offered.words[-len(name) :] == name:
            return offered.words[: -len(name)]
    return None


def _plain(thing: Thing) -> Phrase:
    return tuple(thing.said.split())


def _agree(wanted: Thing, offered: Thing, senses: frozenset[str], root: str) -> bool:
    """Whether the senses are the same, and the kinds of help do not differ: not all say which it is."""
    return _same_help(wanted.services, offered.services) and wanted.senses - {root} == senses


def _same_help(wanted: frozenset[str], offered: frozenset[str]) -> bool:
    either = wanted | offered
    return wanted == offered or either >= compounds.ANY_SERVICE or not wanted.isdisjoint(offered)


def _has_traits(wanted: Thing, says: Callable[[str], bool]) -> bool:
    return all(_says_one_of(trait, says) for trait in wanted.traits)


def _says_one_of(word: str, says: Callable[[str], bool]) -> bool:
    names = ((word,), *same_as((word,)))
    return any(all(says(stem(EVERYONE, part)) for part in name) for name in names)


def _stands_for(wanted: Thing, thing: Thing, path: str) -> bool:
    if is_apart(_plain(thing)) or not any(under(one, path) for one in thing.filed):
        return False
    extra = _more_than(wanted, thing)
    if extra is None and wanted.words[-1] in thing.words[:-1]:
        return False
    senses = thing.senses | (compounds.senses_of(thing.words[-1], extra) if extra else frozenset())
    return wanted.senses == senses


def _root(path: str) -> str:
    return path.partition("/")[0]

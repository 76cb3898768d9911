"""Which things a text names: the longest names first, in the right language, and only where they mean it."""

from __future__ import annotations

import pytest

from node.search import concepts
from node.search.analysis import words
from node.search.concepts import named_abroad, named_in, pieces, signs_of, things_called, told_by
from schemas.vocabulary import english_things


@pytest.mark.parametrize(
    ("title", "root", "things"),
    [
        pytest.param("Grey settee", "furniture", ["sofa"], id="by-another-name"),
        pytest.param("Two hoovers", "appliances", ["vacuum-cleaner"], id="plural"),
        pytest.param("4-drawer filing-cabinet", "furniture", ["filing-cabinet"], id="hyphen"),
        pytest.param("White boards and head phones", "it", ["whiteboard", "headphone"], id="written-apart"),
        pytest.param("Office chair", "furniture", ["office-chair"], id="the-longest-name"),
        pytest.param("Folding wheelchair ramps", "tools", ["access-ramp"], id="the-last-of-two-that-overlap"),
        pytest.param("Wheelchair, ramps", "tools", ["wheelchair", "access-ramp"], id="never-across-a-pause"),
        pytest.param("Chair covers", "furniture", ["chair-cover"], id="a-thing-of-its-own"),
        pytest.param("Laptop lid", "it", [], id="only-a-part"),
        pytest.param("Iron gates", "garden", ["garden-gate"], id="ambiguous-elsewhere"),
        pytest.param("Iron", "appliances", ["iron"], id="ambiguous-at-home"),
        pytest.param("Treatment room chairs", "furniture", ["chair"], id="a-room-is-none-among-goods"),
        pytest.param("Meeting room", "space", ["meeting-room"], id="a-room-among-rooms"),
        pytest.param("Settee", "spaceship", ["sofa"], id="a-root-that-nobody-knows"),
        pytest.param("", "furniture", [], id="nothing"),
    ],
)
def test_what_a_title_names(title: str, root: str, things: list[str]) -> None:
    assert list(told_by(pieces(title), root).things) == things


def test_words_that_only_say_more_are_left_out() -> None:
    told = told_by(pieces("Tea towels, a car trailer; oak"), "textiles")
    assert told.words == "towels a trailer oak"


@pytest.mark.parametrize(
    ("text", "root", "things"),
    [
        pytest.param("With a kettle, mugs and a toaster.", "appliances", ["kettle", "mug", "toaster"], id="near-home"),
        pytest.param("Sofa in leather, seen beside a piano.", "furniture", ["sofa"], id="others-are-no-offer"),
        pytest.param("There is a piano in the hall.", "space", ["hall"], id="what-stands-in-a-room"),
    ],
)
def test_a_running_text_names_what_belongs_there(text: str, root: str, things: list[str]) -> None:
    assert named_in(words(text), root) == things


@pytest.mark.parametrize(
    ("text", "languages", "things"),
    [
        pytest.param("Oddam stoły i krzesła", ("pl",), ["table", "chair"], id="polish"),
        pytest.param("Oddam stoly i krzesla", ("pl",), ["table", "chair"], id="typed-without-accents"),
        pytest.param("Rower dla dziecka", ("pl",), ["child-bicycle"], id="three-words"),
        pytest.param("Dwie gadair a bwrdd", ("cy",), ["chair", "table"], id="welsh-mutation"),
        pytest.param("سلائی مشین", ("ur",), ["sewing-machine"], id="urdu"),
        pytest.param("Mesa", ("pl",), [], id="portuguese-is-no-polish"),
        pytest.param("Lova", (), [], id="no-language"),
        pytest.param("Tisch", ("de",), [], id="a-language-without-names"),
    ],
)
def test_what_a_text_names_in_other_languages(text: str, languages: tuple[str, ...], things: list[str]) -> None:
    assert named_abroad(text, languages, "furniture") == things


@pytest.mark.parametrize(
    ("phrase", "things"),
    [
        pytest.param("settee", ("sofa",), id="english"),
        pytest.param("book case", ("shelving",), id="apart"),
        pytest.param("lawnmower", ("lawnmower",), id="together"),
        pytest.param("kanapa", ("sofa",), id="polish"),
        pytest.param("stolow", ("table",), id="polish-genitive-without-accent"),
        pytest.param("notebook", ("notebook",), id="english-wins"),
        pytest.param("unicorn", (), id="unknown"),
    ],
)
def test_what_is_called_so(phrase: str, things: tuple[str, ...]) -> None:
    assert things_called(tuple(phrase.split())) == things


def test_kinds_stand_beside_what_they_are_kinds_of() -> None:
    assert signs_of(("futon",)).split() == ["futon", "<bed", "<sofa"]
    assert signs_of(("transit-wheelchair",)).split() == ["transit-wheelchair", "wheelchair"]
    assert "futon" in concepts.kinds_below("sofa")
    assert concepts.has_kinds("sofa")
    assert not concepts.has_kinds("kettle")


def test_every_name_names_its_thing_at_home() -> None:
    missed = []
    for names in english_things():
        root = next(path.partition("/")[0] for path in concepts.homes(concepts.sign(names[0])))
        missed += [name for name in names if concepts.sign(names[0]) not in told_by(words(name), root).things]
    assert missed == []

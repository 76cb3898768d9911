"""Which languages a listing is read in: the one that it states, and those that its words give away."""

from __future__ import annotations

import pytest

from node.search.languages import read_in, words_as_written


@pytest.mark.parametrize(
    ("stated", "text", "languages"),
    [
        pytest.param("en", "Two oak desks for a school, do collect", (), id="english"),
        pytest.param(None, "Desk", (), id="none-stated"),
        pytest.param("pl-PL", "Desk", ("pl",), id="stated"),
        pytest.param("tlh", "Desk", (), id="a-language-without-stems"),
        pytest.param("de", "Ein Tisch", ("de",), id="any-language-of-snowball"),
        pytest.param("en", "Łóżko", ("pl",), id="a-letter-that-only-polish-has"),
        pytest.param("en", "Kėdės", ("lt",), id="lithuanian-letter"),
        pytest.param("en", "Colchões", ("pt",), id="portuguese-letter"),
        pytest.param("en", "Tŷ gwydr", ("cy",), id="welsh-letter"),
        pytest.param("en", "کتابیں", ("ur",), id="urdu-letters"),
        pytest.param("en", "Sofa oddam za darmo", ("pl",), id="little-words-of-polish"),
        pytest.param("en", "Llyfrau am ddim i blant yn y neuadd gyda chroeso", ("cy",), id="little-words-of-welsh"),
        pytest.param("en", "Mesa e cadeiras para a escola, por favor", ("pt",), id="little-words-of-portuguese"),
        pytest.param("en", "Stalas ir lova, atiduodame nemokamai", ("lt",), id="little-words-of-lithuanian"),
        pytest.param("en", "Desk na something", (), id="one-little-word-proves-nothing"),
        pytest.param("ur", "Książki dla dzieci", ("pl", "ur"), id="both"),
    ],
)
def test_read_in(stated: str | None, text: str, languages: tuple[str, ...]) -> None:
    assert read_in(stated, text) == languages


def test_words_keep_their_accents() -> None:
    assert words_as_written("Stół, l’école x2") == ["stół", "lécole", "x"]

"""The forms in which people name a thing have one stem in each language, and words of different things do not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.search.stems import LANGUAGES, stems


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        pytest.param("pl", "książka książki książkami książek ksiazki", id="polish-book"),
        pytest.param("pl", "stół stoły stołu stołów stolow", id="polish-table"),
        pytest.param("pl", "krzesło krzesła krzeseł", id="polish-chair"),
        pytest.param("lt", "dviratis dviračiai dviračių", id="lithuanian-bicycle"),
        pytest.param("lt", "kėdė kėdės kėdžių kede", id="lithuanian-chair"),
        pytest.param("pt", "colchão colchões colchoes", id="portuguese-mattress"),
        pytest.param("pt", "tradução traduções traducao", id="portuguese-translation"),
        pytest.param("pt", "infantil infantis", id="portuguese-il"),
        pytest.param("cy", "cadair gadair chadair nghadair cadeiriau gadeiriau", id="welsh-chair"),
        pytest.param("cy", "bwrdd fwrdd mwrdd byrddau fyrddau", id="welsh-table"),
        pytest.param("cy", "gardd ardd ngardd gerddi", id="welsh-garden-whose-g-goes"),
        pytest.param("cy", "llyfr lyfr llyfrau lyfrau", id="welsh-book"),
        pytest.param("cy", "peiriant beiriant pheiriant peiriannau", id="welsh-machine"),
        pytest.param("cy", "tegan degan theganau nhegan", id="welsh-toy"),
        pytest.param("ur", "کتاب کتابیں کتابوں كتابيں", id="urdu-book"),
        pytest.param("ur", "کرسی کرسیاں کرسیوں", id="urdu-chair"),
        pytest.param("ur", "کمرہ کمرے کمروں", id="urdu-room"),
        pytest.param("de", "tisch tische tischen", id="any-language-of-snowball"),
    ],
)
def test_forms_share_a_stem(language: str, forms: str) -> None:
    first, *others = (set(stems(language, form)) for form in forms.split())
    assert all(first & other for other in others)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("pl", "stół", "stołek"),
        ("lt", "lova", "lovelė"),
        ("cy", "bord", "bwrdd"),
        ("cy", "car", "ar"),
        ("cy", "pot", "bod"),
        ("ur", "میز", "مرد"),
    ],
)
def test_different_things_do_not(language: str, one: str, other: str) -> None:
    assert not set(stems(language, one)) & set(stems(language, other))


@given(st.sampled_from(sorted(LANGUAGES)), st.text(max_size=40))
def test_any_word_has_a_stem(language: str, word: str) -> None:
    assert all(isinstance(stem, str) for stem in stems(language, word.lower()))


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_do_not_mix_up_their_words() -> None:
    """The stemmers keep the word they work on in themselves, and the server answers in several threads."""
    starts, ends = ("stoł", "krzes", "przechow", "komput", "naj"), ("niach", "ami", "ów", "erach", "szych")
    given = [start + middle + end for start in starts for middle in ("owa", "ek", "yw") for end in ends] * 40
    uncached = stems.__wrapped__
    alone = {word: uncached("pl", word) for word in given}
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda word: uncached("pl", word), given)) == [alone[word] for word in given]

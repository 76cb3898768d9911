from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.structured_fields import InnerList, Item, StructuredFieldError, Token, dictionary, written

KEYS = st.from_regex(r"[a-z*][a-z0-9_\-.*]{0,8}", fullmatch=True)
BARE = st.one_of(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.booleans(),
    st.binary(max_size=20),
    st.from_regex(r"[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]{0,8}", fullmatch=True).map(Token),
)
PARAMETERS = st.dictionaries(KEYS, BARE, max_size=3)
ITEMS = st.builds(Item, BARE, PARAMETERS)
MEMBERS = st.one_of(ITEMS, st.builds(InnerList, st.lists(ITEMS, max_size=3).map(tuple), PARAMETERS))


@given(st.dictionaries(KEYS, MEMBERS, max_size=3))
def test_what_is_written_is_read_as_it_was(members: dict[str, Item | InnerList]) -> None:
    text = ", ".join(f"{key}={written(member)}" for key, member in members.items())
    assert dictionary(text) == members


def test_a_key_alone_is_true_and_may_have_parameters() -> None:
    assert dictionary("a, b;x=1,\tc=?0") == {"a": Item(True), "b": Item(True, {"x": 1}), "c": Item(False)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a=1,", id="a comma at the end"),
        pytest.param("a=1 b=2", id="no comma"),
        pytest.param("a=1, a=2", id="a key twice"),
        pytest.param("a=1;x=1;x=2", id="a parameter twice"),
        pytest.param('a="x', id="an open string"),
        pytest.param(r'a="\x"', id="another escape"),
        pytest.param('a="é"', id="beyond ASCII"),
        pytest.param("a=:AA=:", id="half of base64"),
        pytest.param("a=:AB==:", id="another spelling of a byte"),
        pytest.param("a=:A A=:", id="base64 with a space"),
        pytest.param("a=('x'", id="an open list"),
        pytest.param('a=("x""y")', id="items without a space"),
        pytest.param("a=1234567890123456", id="a number too large"),
        pytest.param("a=1.5", id="a decimal"),
        pytest.param("A=1", id="a key in capitals"),
        pytest.param("a=", id="no value"),
        pytest.param("a =1", id="a space before the sign"),
        pytest.param("a=?2", id="no truth"),
        pytest.param("a=1\n", id="a line end"),
        pytest.param("a=1" + "," * 9000, id="too long"),
    ],
)
def test_what_is_no_structured_field_is_refused(text: str) -> None:
    with pytest.raises(StructuredFieldError):
        dictionary(text)

"""JSON as strict as it must be and no stricter. The corpus of others is in `test_corpora`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.strict_json import AmbiguousObject, loads
from tests.schemas import made


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param(b"", 1, id="empty"),
        pytest.param(b'{"a":\n1,\n}', 3, id="trailing comma"),
        pytest.param(b'{"a": NaN}', None, id="NaN"),
        pytest.param(b'{"a": -Infinity}', None, id="infinity"),
        pytest.param(b'{"a": 1} x', 1, id="trailing text"),
        pytest.param(b'{"a": "\n"}', 1, id="line end in text"),
        pytest.param(b'[1,\n"\xff"]', 2, id="not UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), 1, id="UTF-16"),
        pytest.param(b"[" * 100_000, None, id="too deep"),
        pytest.param(b"1" * 5000, None, id="a number of 5000 digits"),
        pytest.param(b"{'a': 1}", 1, id="single quotes"),
        pytest.param(b"// comment\n{}", 1, id="comment"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(data: bytes, line: int | None) -> None:
    with pytest.raises(DocumentError) as caught:
        loads(data)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [("malformed-json", line)]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_repeated_names_are_marked_where_they_stand() -> None:
    document = loads(b'{"a": {"b": 1, "c": 2, "b": 3, "c": 4}, "d": {"b": 1}}')
    assert isinstance(document["a"], AmbiguousObject)
    assert document["a"].repeated == ("b", "c")
    assert not isinstance(document, AmbiguousObject)
    assert not isinstance(document["d"], AmbiguousObject)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"a":1,"a":1}', id="twice the same"),
        pytest.param(b'{"a":1,"a":2}', id="twice"),
        pytest.param(b'{"a":1,"\\u0061":1}', id="spelled otherwise"),
        pytest.param(b'{"a":[1,{"b":null,"b":null}]}', id="within"),
    ],
)
def test_repeated_names_are_marked_in_what_has_no_spaces(data: bytes) -> None:
    def marked(value: Any) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return isinstance(value, AmbiguousObject) or any(map(marked, inner))

    assert marked(loads(data))


@pytest.mark.parametrize(
    "text", ["-0", "-0.0", "1.0", "1e22", "18446744073709551616", "-9223372036854775809", "0.1e-7", "5e-324"]
)
def test_a_number_is_read_as_the_reference_reads_it(text: str) -> None:
    found, expected = loads(text.encode()), json.loads(text)
    assert (type(found), repr(found)) == (type(expected), repr(expected))


@given(made.json_values(made.loose_text()))
def test_what_is_written_shortest_is_read_as_the_reference_reads_it(value: Any) -> None:
    data = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    assert repr(loads(data)) == repr(json.loads(data))


@given(made.json_values(made.loose_text()))
def test_every_value_is_read_as_it_was_written(value: Any) -> None:
    assert loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found: Any = loads(data)
    except DocumentError as error:
        found = error.problems[0].code
        expected: Any = "malformed-json"
    else:
        expected = json.loads(data)
    assert found == expected or data.startswith(b"\xef\xbb\xbf")

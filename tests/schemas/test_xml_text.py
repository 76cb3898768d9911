"""What is refused, and what text is found, before any XML parser sees a document."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import atom_feed, xml_text
from schemas.errors import DocumentError, Problem

FEED = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Zażółć — 漢字</title></feed>"
# Latin text for encodings that have no others.
PLAIN = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Cafe</title></feed>"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(FEED.encode(), id="UTF-8, undeclared"),
        pytest.param(b"\xef\xbb\xbf" + FEED.encode(), id="UTF-8 with a mark"),
        pytest.param(f"<?xml version='1.0' encoding='utf-8'?>{FEED}".encode(), id="UTF-8, declared"),
        pytest.param(f'<?xml version="1.0"\tencoding = "UTF8" ?>{FEED}'.encode(), id="UTF-8, oddly declared"),
        pytest.param(b"\xef\xbb\xbf" + f"<?xml version='1.0' encoding='iso-8859-1'?>{FEED}".encode(), id="mark wins"),
        pytest.param(FEED.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(f"<?xml version='1.0' encoding='UTF-16'?>{FEED}".encode("utf-16"), id="UTF-16, declared"),
        pytest.param(f"<?xml version='1.0'?>{FEED}".encode("utf-16-le"), id="UTF-16 little-endian, no mark"),
        pytest.param(f"<?xml version='1.0'?>{FEED}".encode("utf-16-be"), id="UTF-16 big-endian, no mark"),
        pytest.param(FEED.encode("utf-32"), id="UTF-32 with a mark"),
        pytest.param(codecs.BOM_UTF32_BE + FEED.encode("utf-32-be"), id="UTF-32 big-endian with a mark"),
        pytest.param(FEED.encode("utf-32-le"), id="UTF-32 little-endian, no mark"),
        pytest.param(f"<?xml version='1.0' encoding='GB18030'?>{FEED}".encode("gb18030"), id="GB 18030"),
    ],
)
def test_the_text_is_found(data: bytes) -> None:
    assert atom_feed.decode(data).title == "Zażółć — 漢字"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        pytest.param("iso-8859-1", "Café £", id="latin 1"),
        pytest.param("windows-1252", "Café €", id="windows 1252"),
        pytest.param("iso-8859-2", "Zażółć", id="latin 2"),
        pytest.param("koi8-r", "Стол", id="koi8-r"),
        pytest.param("shift_jis", "机", id="shift jis"),
        pytest.param("euc-kr", "책상", id="euc-kr"),
        pytest.param("big5", "書桌", id="big5"),
        pytest.param("cp037", "Cafe", id="EBCDIC"),
        pytest.param("us-ascii", "Cafe", id="ascii"),
    ],
)
def test_a_declared_encoding_is_read(name: str, title: str) -> None:
    document = f"<?xml version='1.0' encoding='{name}'?>" + PLAIN.replace("Cafe", title)
    assert atom_feed.decode(document.encode(name)).title == title


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param("<a>\n\né</a>".encode("latin-1"), 3, id="not UTF-8"),
        pytest.param(b"<?xml version='1.0' encoding='us-ascii'?>\n<a>\xe9</a>", 2, id="not ASCII"),
        pytest.param(b"<?xml version='1.0' encoding='klingon'?><a/>", 1, id="unknown"),
        pytest.param(b"<?xml version='1.0' encoding='utf-16'?><a/>", 1, id="UTF-16 that is none"),
        pytest.param(b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE", 1, id="UTF-7"),
        pytest.param(b"<?xml version='1.0' encoding='punycode'?><a/>", 1, id="a codec for names"),
        pytest.param(b"<?xml version='1.0' encoding='hex'?><a/>", 1, id="a codec for bytes"),
        pytest.param(b"<?xml version='1.0' encoding='unicode_escape'?><a/>", 1, id="a codec for source text"),
        pytest.param(codecs.BOM_UTF16_LE + b"<", 1, id="half a character"),
        pytest.param(codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff", 1, id="beyond Unicode"),
    ],
)
def test_bytes_that_are_not_what_they_claim_are_refused(data: bytes, line: int) -> None:
    with pytest.raises(DocumentError) as caught:
        atom_feed.decode(data)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [("bad-encoding", line)]


BOMB = '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><feed>&b;</feed>'
EXTERNAL = '<!DOCTYPE feed SYSTEM "file:///etc/passwd"><feed/>'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(BOMB.encode(), id="entities"),
        pytest.param(EXTERNAL.encode(), id="external"),
        pytest.param(b"<!DOCTYPE feed><feed/>", id="bare"),
        pytest.param(b"<?xml version='1.0'?>\n <!-- a --><?b c?>\n" + BOMB.encode(), id="after a prolog"),
        pytest.param(BOMB.encode("utf-16"), id="UTF-16"),
        pytest.param(BOMB.encode("utf-16-be"), id="UTF-16 without a mark"),
        pytest.param(BOMB.encode("utf-32"), id="UTF-32"),
        pytest.param(b"\xef\xbb\xbf" + BOMB.encode(), id="behind a mark"),
        pytest.param(f"<?xml version='1.0' encoding='cp037'?>{BOMB}".encode("cp037"), id="EBCDIC"),
        pytest.param(b"<!--><a/>-->" + BOMB.encode(), id="behind a comment that does not close itself"),
        pytest.param(b"<?x <a/> ?>" + BOMB.encode(), id="behind an instruction that holds an element"),
        pytest.param(b"\n" * 3 + BOMB.encode(), id="behind white space"),
    ],
)
def test_a_doctype_is_refused_in_every_disguise(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        atom_feed.decode(data)
    assert [problem.code for problem in caught.value.problems] == ["doctype"]


def test_the_line_of_a_doctype_is_told() -> None:
    with pytest.raises(DocumentError) as caught:
        xml_text.check("<?xml version='1.0'?>\n<!-- one\ntwo -->\n<!DOCTYPE feed>")
    assert caught.value.problems[0].line == 4


@pytest.mark.parametrize(
    ("text", "root"),
    [
        pytest.param("<a/>", 0, id="at once"),
        pytest.param("\ufeff\r\n\t <a/>", 5, id="mark and white space"),
        pytest.param("<?xml version='1.0'?><a/>", 21, id="declaration"),
        pytest.param("<!-- <b> --><a/>", 12, id="comment"),
        pytest.param("<!-->-->--><a/>", 8, id="a comment ends at its first end"),
        pytest.param("<!-- never closed", 17, id="unclosed comment"),
        pytest.param("<?never closed", 14, id="unclosed instruction"),
        pytest.param("", 0, id="nothing"),
        pytest.param("text", 0, id="no markup"),
    ],
)
def test_the_prolog_ends(text: str, root: int) -> None:
    assert xml_text.after_prolog(text) == root


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<a/>" * (xml_text.MAX_MARKUP + 1), id="more elements than any feed has"),
        pytest.param("<!---->" * (xml_text.MAX_PROLOG + 1), id="more comments than anyone writes"),
    ],
)
def test_too_much_is_refused(text: str) -> None:
    with pytest.raises(DocumentError) as caught:
        xml_text.check(text)
    assert caught.value.problems[0].code == "too-large"


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda rest: b"<?xml version='1.0'?>" + rest)))
def test_any_bytes_have_a_text_or_a_located_fault(data: bytes) -> None:
    text, problems = text_or_problems(data)
    assert len(text) <= len(data)
    assert all(problem.code == "bad-encoding" and (problem.line or 0) >= 1 for problem in problems)


def text_or_problems(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    try:
        return xml_text.text_of(data), ()
    except DocumentError as error:
        return "", error.problems

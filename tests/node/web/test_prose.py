"""Other people's words on our pages: safe, and still theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as parser

from node.web.wording.prose import body_of, clean, paragraphs


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        pytest.param("<p>Oak <b>desk</b></p>", "<p>Oak <b>desk</b></p>", id="plain markup"),
        pytest.param("<script>alert(1)</script>Desk", "Desk", id="script"),
        pytest.param("<style>p{}</style>Desk", "Desk", id="style"),
        pytest.param('<p onclick="x()">Desk</p>', "<p>Desk</p>", id="event"),
        pytest.param('<p style="position:fixed">Desk</p>', "<p>Desk</p>", id="inline style"),
        pytest.param('<img src="https://spy.example/1.gif">Desk', "Desk", id="picture from elsewhere"),
        pytest.param('<iframe src="https://x.example"></iframe>Desk', "Desk", id="frame"),
        pytest.param("<form><input>Desk</form>", "Desk", id="form"),
        pytest.param("<!-- <b> -->Desk", "Desk", id="comment"),
        pytest.param('<a href="javascript:alert(1)">x</a>', '<a rel="nofollow noopener ugc">x</a>', id="script link"),
        pytest.param('<a href="/control/">x</a>', '<a rel="nofollow noopener ugc">x</a>', id="link into our site"),
        pytest.param('<a href="//x.example">x</a>', '<a rel="nofollow noopener ugc">x</a>', id="link without scheme"),
        pytest.param(
            '<a href="https://x.example/">x</a>',
            '<a href="https://x.example/" rel="nofollow noopener ugc">x</a>',
            id="good link",
        ),
        pytest.param("<svg><script>1</script></svg>Desk", "Desk", id="drawing with a script"),
        pytest.param('<p lang="pl" dir="ltr">Biurko</p>', '<p lang="pl" dir="ltr">Biurko</p>', id="language"),
        pytest.param('<h1 id="main">Desk</h1>', "Desk", id="our own headings and ids"),
    ],
)
def test_only_harmless_markup_is_left(html: str, shown: str) -> None:
    assert clean(html) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>", id="paragraphs"),
        pytest.param("One\r\ntwo", "<p>One<br>\ntwo</p>", id="line breaks"),
        pytest.param("One\n \n\n\nTwo", "<p>One</p>\n<p>Two</p>", id="many blank lines"),
        pytest.param("a < b & <b>c</b>", "<p>a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;</p>", id="no markup"),
        pytest.param(
            "See https://x.example/a?b=1&c=2.",
            '<p>See <a href="https://x.example/a?b=1&amp;c=2" rel="nofollow noopener ugc">'
            "https://x.example/a?b=1&amp;c=2</a>.</p>",
            id="an address at the end of a sentence",
        ),
        pytest.param(
            "(https://x.example/(a))",
            '<p>(<a href="https://x.example/(a)" rel="nofollow noopener ugc">https://x.example/(a)</a>)</p>',
            id="brackets in and around an address",
        ),
        pytest.param("javascript:alert(1)", "<p>javascript:alert(1)</p>", id="no other scheme"),
        pytest.param('https://x.example/"onx=1', None, id="an attribute cannot be broken out of"),
    ],
)
def test_text_becomes_paragraphs_with_safe_links(text: str, shown: str | None) -> None:
    made = paragraphs(text)
    if shown is None:
        assert 'onx="' not in str(made)
        assert parser.fromstring(str(made)).xpath("//a/@href") == ["https://x.example/"]
    else:
        assert str(made) == shown


@pytest.mark.parametrize(
    ("html", "text", "shown"),
    [
        pytest.param("<p>Rich</p>", "plain", "<p>Rich</p>", id="HTML first"),
        pytest.param("<script>x</script>", "plain", "<p>plain</p>", id="nothing left of the HTML"),
        pytest.param(None, "plain", "<p>plain</p>", id="text alone"),
        pytest.param(None, "  \n", None, id="blank text"),
        pytest.param(None, None, None, id="nothing"),
    ],
)
def test_the_body_is_html_if_anything_is_left_of_it(html: str | None, text: str | None, shown: str | None) -> None:
    made = body_of(html, text)
    assert (None if made is None else str(made)) == shown


@given(st.text(alphabet=st.sampled_from("<>/\"'=&;: abhrefscriptjo\n\x00#"), max_size=60))
def test_whatever_is_written_nothing_active_comes_through(text: str) -> None:
    made = f"<div>{body_of(text, text) or ''}</div>"
    tree = parser.fromstring(made)
    assert not {"script", "img", "iframe", "style", "form", "object"} & {element.tag for element in tree.iter()}
    for element in tree.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.get("href", "https://").startswith(("https://", "http://", "mailto:"))

"""HTML to plain text, and the new part of a mail."""

from __future__ import annotations

import pytest
from growth import STEP, require_linear
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift.text import html_to_plain, new_part


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two", "One\nTwo"),
        ("<b>bo</b>ld and <a href='https://x.example'>a link</a>", "bold and a link"),
        ("a &lt; b &amp; c&nbsp;d", "a < b & c d"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<script>alert(1)</script><style>p{}</style>ok", "ok"),
        ("New<blockquote>old</blockquote>", "New"),
        ('New<div class="gmail_quote">On Monday X wrote: old</div>', "New"),
        ("  spaced \n  out  ", "spaced out"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("plain text without a tag", "plain text without a tag"),
        ("unclosed <b>tag", "unclosed tag"),
        ("<p>One<p>Two<li>three<li>four", "One\n\nTwo\n\nthree\nfour"),
        ("<div>a<table><tr><td>b</div>c</td></tr></table>d</div>", "a\n\nbc\n\nd"),
        ("<p><b>a</p><p>b</b></p>", "a\n\nb"),
        ("<a title='1 > 0' href=x>link</a> <!-- <div> > -->text<!--> too", "link text too"),
        ("<svg><path><title>x</title></svg>after<svg><path><p>kept", "after\n\nkept"),
        ("<p>a</p>&nbsp;<br>&nbsp; b<hr>c", "a\n\nb\n\nc"),
        ("<p>New<p><span class='a gmail_quote'>old <span>old</span> old</span>new", "New\n\nnew"),
        ('New<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: X</div><p>old</p>', "New"),
        ("<title>x</title><TEXTAREA><p>y</TEXTAREA ><script>'</div>'</script>z</p>", "z"),
        ("5 < 6 <7 <", "5 < 6 <7 <"),
        ("", ""),
        ("<p>one</p><p>&#1;</p><p>&#11;two</p>", "one\n\ntwo"),
        ("\ud800 broken", "? broken"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, plain: str) -> None:
    assert html_to_plain(html) == plain


@pytest.mark.parametrize(
    ("piece", "times", "kept"),
    [
        ("<div>", 60_000, "x"),
        ("<span class=a>", 60_000, "x"),
        ("<b><i></b>", 30_000, "x"),
        ("<table><tr><td></div>", 15_000, "x"),
        ("<br>", 60_000, "x"),
        ("<p><b a=1>", 30_000, "x"),
        ("<div id=appendonsend></div>", 10_000, "x"),
        ("&nbsp;", 60_000, "x"),
        ("<a b='", 60_000, ""),
        ("<!--", 60_000, ""),
        ("<script></scrip", 30_000, ""),
    ],
)
def test_time_grows_with_the_length_alone(piece: str, times: int, kept: str) -> None:
    html = piece * times + "x"
    assert html_to_plain(html) == kept
    require_linear(html_to_plain, piece * (times // STEP) + "x", html)


def test_a_tag_with_very_many_attributes_is_read_at_once() -> None:
    def make(count: int) -> str:
        attributes = " ".join(f"a{number}=1" for number in range(count))
        return f"<div class=gmail_quote {attributes}>old</div>new"

    html = make(60_000)
    assert html_to_plain(html) == "new"
    require_linear(html_to_plain, make(60_000 // STEP), html)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>/&;divpbr\"'=\ud800")), max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_string_is_turned_into_text(html: str) -> None:
    html_to_plain(html)


@pytest.mark.parametrize(
    ("mail", "new"),
    [
        ("Hello\n\nOn Tue, 3 Mar 2026 at 10:12, Anna <a@b.example> wrote:\n> old", "Hello"),
        ("Hello\n\nOn Tue, 3 Mar 2026 at 10:12, Anna\n<a@b.example> wrote:\n> old", "Hello"),
        ("Да\nвт, 3 мар. 2026 г. в 10:12, Анна <a@b.example> пишет:\n> x", "Да"),
        ("Да\n\n03.03.2026 10:12, Анна Смирнова пишет:\nстарое", "Да"),
        ("Reply\n\n-----Original Message-----\nFrom: x\nold", "Reply"),
        ("Ответ\n\nОт: Анна\nОтправлено: вторник\nКому: нам\nТема: жалоба\n\nстарое", "Ответ"),
        ("Hi\n-- \nAnna, sales", "Hi"),
        ("Hi\n\nSent from my phone", "Hi"),
        ("Hi\n> quoted\nthere", "Hi\nthere"),
        ("> only\n> quoted", "> only\n> quoted"),
        ("Мы вернём 500 руб.\nСпасибо", "Мы вернём 500 руб.\nСпасибо"),
        ("From: the heart, we are sorry.", "From: the heart, we are sorry."),
        ("On Monday we wrote to you: the part is here.", "On Monday we wrote to you: the part is here."),
        ("", ""),
    ],
)
def test_history_and_signature_are_cut(mail: str, new: str) -> None:
    assert new_part(mail) == new


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_cutting_never_leaves_nothing_of_something(text: str) -> None:
    assert bool(new_part(text).strip()) is bool(text.strip())

"""The text of HTML mails: what a reader sees, quotations marked, whatever somebody sends in linear time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from growth import STEP, require_linear, require_linear_in
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift_email.markup import LONGEST, to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One<br>Two</div>three", "One\nTwo\nthree"),
        ("New<blockquote>old<blockquote>older</blockquote></blockquote>", "New\n\n> old\n> >\n> > older"),
        ("<blockquote><p>old</p></blockquote>answer", "> old\n\nanswer"),
        ("<b>bo</b>ld <span style='DISPLAY : none'>not <i>seen</i></span>seen", "bold seen"),
        ("<div hidden>not<p>seen</div>seen", "seen"),
        ("<p style='font-size:0'>not</p>seen<p style='font-size:0.9em'>this too", "seen\n\nthis too"),
        ("<head><title>no</title><style>p{}</style></head><body>yes", "yes"),
        ("x<script>no()</script><select><option>no</select>y", "xy"),
        ("a<hr>b", f"a\n{'_' * 32}\nb"),
        ("<pre>one\n  two</pre>", "one\n  two"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<p>One<p>Two<li>three<li>four", "One\n\nTwo\n\nthree\nfour"),
        ("<blockquote>open to the end", "> open to the end"),
        ("<blockquote>q</p>r</blockquote></blockquote>s", "> q\n>\n> r\n\ns"),
        ("a &lt; b &amp; c&nbsp;d", "a < b & c d"),
        ("\ud800 broken", "? broken"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert to_text(html) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<div>", "<blockquote>", "<p>x", "<b><i></b>", "<table><tr><td></div>", "</p>", "<br>x", "&nbsp;",
        "<span hidden>", "<p style='display:none'>", "<a b='", "<!--", "<pre>\n", "<select>",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(piece: str) -> None:
    require_linear_in(to_text, piece * (LONGEST // len(piece)))


def choices(count: int) -> str:
    return f"<select>{'<option>x' * count}</select>seen"


def attributes(count: int) -> str:
    return f"<p {' '.join(f'a{number}' for number in range(count))}>seen"


@pytest.mark.parametrize("make", [choices, attributes])
def test_what_takes_a_tree_seconds_takes_no_time(make: Callable[[int], str]) -> None:
    """One list of choices took six, and a mail may hold twenty of them."""
    html = make(40_000)
    assert to_text(html) == "seen"
    require_linear(to_text, make(40_000 // STEP), html)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ("<p>", "</p>", "<blockquote>", "</blockquote>", "<td>", "</td>", "<table>", "</table>", "<hr>",
             "<pre>", "</pre>", "<div hidden>", "</div>", "<b>", "</b>", "<select>", "</br>", "x", "\n", "<"),
        ),
        max_size=60,
    ).map("".join)
)  # fmt: skip
def test_any_nesting_ends_in_text(html: str) -> None:
    assert to_text(f"{html}</select>").count("\x00") == 0

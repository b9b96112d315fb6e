"""Markup to text: nothing lost, quotations apart, and every letter with its place in the source."""

import json
from typing import Any

import pytest
from growth import require_linear_in
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_gift_jira.adf import make_adf, read_adf
from complaint_gift_jira.clean import Clean, tidy
from complaint_gift_jira.dialect import escape, read_body
from complaint_gift_jira.wiki import read_wiki

LETTERS = st.text(alphabet=st.sampled_from("абв xyz\n*_-{}[]|!~^+?\\#:.\u00a0😠\ud800\x00"), max_size=200)


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def paragraph(*inner: Any) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inner)}


def doc(*content: Any) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(content)}


def at(document: Any, path: tuple[Any, ...]) -> str:
    for step in path:
        document = document[step]
    return str(document)


def check_places(clean: Clean, source: Any) -> None:
    """Each piece is a copy of what its place holds, and pieces follow each other."""
    reached = 0
    for piece in clean.pieces:
        assert piece.start >= reached
        reached = piece.start + piece.length
        original = at(source, piece.path)[piece.offset : piece.offset + piece.length]
        assert clean.text[piece.start : reached] == tidy(original)


@pytest.mark.parametrize(
    ("source", "whole"),
    [
        ("*Жаль*, _что_ так", "Жаль, что так"),
        ("h1. Title\ntext", "Title\ntext"),
        ("{color:#ff0000}red{color} {*}bo{*}ld", "red bold"),
        ("[~accountid:5c5f] and [~dweber]", "@5c5f and @dweber"),
        ("see [our site|https://a.b/c?d=1] and [https://x.y|https://x.y|smart-link]", "see our site and https://x.y"),
        ("[https://only.url] [^log.txt] !shot.png|thumbnail!", "https://only.url"),
        ("Wow! Great! snake_case_name 5 - 3 - 1 e-mail", "Wow! Great! snake_case_name 5 - 3 - 1 e-mail"),
        ("||a||b||\n|1|2|", "a | b\n1 | 2"),
        ("* one\n** two\n# three\n----\nend", "one\ntwo\nthree\n\nend"),
        (r"\*not bold\* C:\\temp one\\ two", "*not bold* C:\\temp one\n two"),
        ("??cite?? {{mono}} +ins+ -del- ^up^ ~down~", "cite mono ins del up down"),
        ("a\r\nb\r\n\r\n\r\n\r\nc", "a\nb\n\nc"),
        ("{panel:title=x}inside{panel}", "inside"),
        ("{code} never closed *b*", "never closed b"),
        ('{adf}{"type":"doc","content":[{"type":"text","text":"kept"}]}{adf}', "kept"),
        ("", ""),
    ],
)  # fmt: skip
def test_wiki_markup_is_left_out(source: str, whole: str) -> None:
    clean = read_wiki(source)
    assert clean.text.strip() == whole
    check_places(clean, source)


def test_quotations_and_code_are_left_out_for_staff_only() -> None:
    source = "Sorry.\n{quote}You *lied*.{quote}\nbq. and this\n{code:java}int *x*;{code}"
    assert read_wiki(source, quotes=False).text.split() == ["Sorry."]
    whole = read_wiki(source).text
    assert "You lied." in whole
    assert "and this" in whole
    assert "int *x*;" in whole


DOCUMENT = doc(
    paragraph(text("Ваш курьер "), text("нахамил", marks=[{"type": "strong"}]), text(" мне "),
              {"type": "emoji", "attrs": {"shortName": ":angry:", "text": "😠"}}, {"type": "hardBreak"},
              {"type": "mention", "attrs": {"id": "5c5f", "text": "@Иван"}}, text("!")),
    {"type": "bulletList", "content": [
        {"type": "listItem", "content": [paragraph(text("раз"))]},
        {"type": "listItem", "content": [paragraph(text("два"))]},
    ]},
    {"type": "blockquote", "content": [paragraph(text("сами виноваты"))]},
    {"type": "table", "content": [
        {"type": "tableRow", "content": [
            {"type": "tableHeader", "content": [paragraph(text("Товар"))]},
            {"type": "tableHeader", "content": [paragraph(text("Цена"))]},
        ]},
        {"type": "tableRow", "content": [
            {"type": "tableCell", "content": [paragraph(text("чайник")), paragraph(text("синий"))]},
            {"type": "tableCell", "content": [paragraph(text("100"))]},
        ]},
    ]},
    {"type": "expand", "attrs": {"title": "Ещё"}, "content": [paragraph(text("внутри"))]},
    {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"alt": "photo.png", "id": "m"}}]},
    {"type": "newNodeOf2031", "content": [paragraph(text("компенсация"))]},
    paragraph({"type": "status", "attrs": {"text": "В РАБОТЕ"}}, text(" "),
              {"type": "date", "attrs": {"timestamp": "1582152559000"}}, text(" "),
              {"type": "inlineCard", "attrs": {"url": "https://acme.atlassian.net/browse/SD-1"}}),
    {"type": "codeBlock", "content": [text("rm -rf")]},
)  # fmt: skip


def test_document_is_read_whole() -> None:
    clean = read_adf(DOCUMENT)
    assert clean.text == (
        "Ваш курьер нахамил мне 😠\n@Иван!\n\nраз\nдва\n\nсами виноваты\n\n"
        "Товар | Цена\nчайник синий | 100\n\n"
        "Ещё\nвнутри\nкомпенсация\n\nВ РАБОТЕ 2020-02-19 https://acme.atlassian.net/browse/SD-1\n\nrm -rf"
    )
    check_places(clean, DOCUMENT)


def test_document_without_what_others_said() -> None:
    found = read_adf(DOCUMENT, quotes=False).text
    assert "виноваты" not in found
    assert "rm -rf" not in found
    assert "нахамил" in found


def test_finding_is_led_back_to_its_node() -> None:
    clean = read_adf(DOCUMENT)
    start = clean.text.index("нахамил мне")
    places = clean.locate(start, start + len("нахамил мне"))
    assert [at(DOCUMENT, p.path)[p.offset : p.offset + p.length] for p in places] == ["нахамил", " мне"]


def test_finding_in_wiki_markup_is_led_back_to_its_letters() -> None:
    source = "Вы *сами* {color:red}виноваты{color}."
    clean = read_wiki(source)
    start = clean.text.index("сами виноваты")
    places = clean.locate(start, start + len("сами виноваты"))
    assert "".join(source[p.offset : p.offset + p.length] for p in places) == "сами виноваты"


def test_lines_that_are_kept_keep_their_places() -> None:
    source = "Thank you.\n> old words\n*Sorry.*"
    clean = read_wiki(source).keep("Thank you.\nSorry.")
    assert clean.text == "Thank you.\nSorry."
    check_places(clean, source)
    assert read_wiki("a").keep("not ours").text == "a"


@pytest.mark.parametrize(
    "body", [None, 3, [], True, "", {}, {"type": 3, "content": "x"}, {"content": [None, 3, "x"]}]
)
def test_body_of_no_kind_is_no_text(body: Any) -> None:
    assert read_body(body).text == ""


def test_nesting_without_end_ends() -> None:
    node: Any = text("deep")
    for _ in range(5000):
        node = {"type": "panel", "content": [node]}
    assert read_adf(node).text in ("deep", "")


@pytest.mark.parametrize(
    "evil",
    [
        "*",
        "{code}",
        "[",
        "\\",
        "_a ",
        "|a",
        "!a.bc",
        "{quote}x",
        "[a|b",
        "{color:",
        "h1. ",
        "-a",
        "\n",
        "\r\n",
    ],
)
@pytest.mark.timeout(20)
def test_hostile_markup_costs_no_time(evil: str) -> None:
    read_wiki(evil * (90_000 // len(evil)), quotes=False)


@pytest.mark.parametrize("alone", ["{code}", "{noformat}", "{adf}"])
def test_macro_that_is_never_closed_hides_no_quotation(alone: str) -> None:
    source = f"Your voucher is {alone} today.\n{{quote}}You are idiots{{quote}}\nSorry."
    assert read_wiki(source, quotes=False).text.split() == ["Your", "voucher", "is", "today.", "Sorry."]


def test_many_macros_cost_no_more_than_their_length() -> None:
    require_linear_in(read_wiki, "{code}*a*" * 2400)


@given(LETTERS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_wiki_text_keeps_its_places(source: str, quotes: bool) -> None:
    clean = read_wiki(source, quotes=quotes)
    clean.text.encode()
    check_places(clean, source)


@given(LETTERS)
@settings(max_examples=200, deadline=None)
def test_what_we_escape_reads_as_it_was(plain: str) -> None:
    words = " ".join(plain.replace("\\", "").split())
    found = " ".join(read_wiki(escape(words)).text.split())
    # Words that begin like a list or a rule lose that beginning: our notes begin with a name.
    assert found == tidy(words) or words[:1] in "#-" or "-" in words or "_" in words or "+" in words


@given(st.text(alphabet="ab \n", max_size=80))
@settings(max_examples=200, deadline=None)
def test_document_that_we_write_reads_as_it_was(plain: str) -> None:
    document = make_adf(plain)
    json.dumps(document)
    assert read_adf(document).text.split() == plain.split()
    texts = [node for block in document["content"] for node in block["content"] if node["type"] == "text"]
    assert all(node["text"] for node in texts)

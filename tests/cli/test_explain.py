"""`rules explain` says why `review` says what it says, and why it does not say more."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from complaint_gift.cli import main
from complaint_gift.cli.chosen import hearing
from complaint_gift.cli.explainwords import EXPLAINED
from complaint_gift.playbook import load_playbook

pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parents[1] / "quality" / "corpus" / "whole-replies.jsonl"
BARE = (
    "We were right and you were wrong about the price.",
    "Unfortunately this is company policy and we cannot make exceptions.",
    "We are sorry if you feel hurt.",
    "You write «we are sorry».",
    "Dear Anna, thank you for telling us. We lost your parcel, and we are sorry. A new one leaves today.",
    "Had you read the contract, you would know. Please send us proof.",
    "Как вам уже говорили, таковы правила компании, и исключений мы не делаем.",
    "Простите, если обидели. Вы сами виноваты, что не прочли договор.",
    "Спасибо, что написали. Мы потеряли вашу посылку и просим прощения. Новую отправим сегодня.",
    "Мы не можем вернуть деньги. Но мы можем предложить другое время.",
    "Хм.",
    "",
)
CONTEXTS: tuple[dict[str, Any], ...] = (
    {"complaint": False},
    {"first_reply": False},
    {"reply_to": "bystander"},
    {"visibility": "private", "customer_name": "Anna Bell"},
)
KEYS = (
    (
        "cancelled_by: {signals: [b], within: 1}",
        "A here. Then b.",
        "cancelled_by b «b», at most 1 sentence away",
    ),
    (
        "taken_back: {denials: [a], told: [b]}",
        "Here b. A here.",
        "taken_back b «b»: what is denied was said by us",
    ),
    ("unless: [b]", "A here. C. C. C. Then b.", "unless b «b», anywhere in the text"),
    ("at_least: 2", "A here it is.", "at_least: not often enough in the text"),
    ("when: {reply_to: bystander}", "A here it is.", "when reply_to: bystander (here customer)"),
    ("when: {channel: chat}", "A here it is.", "when channel: chat (here not known)"),
    (
        "when: {complaint_signal: [b]}",
        "A here it is.",
        "when complaint_signal: b (not in the customer's words)",
    ),
    (
        "when: {first_reply: false, again: [b]}",
        "A here it is.",
        "when again: b (not in the customer's words)",
    ),
)
COMPANY = (
    ("without: [b]", "A and b.", "counts only without b «b» in its sentence"),
    ("with: [b, c]", "A here it is. B.", "counts only with b or c in its sentence"),
    ("after: [b], within: 2", "A here it is. B.", "counts only after b, at most 2 sentences away"),
    ("before: [b]", "B here. A.", "counts only before b, at most 1 sentence away"),
)
OTHERS = (
    ("kind: require\nsignals: [a]\nunless: [b]\n", "So it is b.", "unless b «b», anywhere"),
    (
        "kind: require\nsignals: [a]\nsuspect: [b]\n",
        "So it is c.",
        "suspect: while the layer is not heard, only beside b",
    ),
    (
        "kind: require\nsignals: [a]\nsuspect: [b]\nunless: [c]\n",
        "So it is c.",
        "unless and suspect together: c «c»",
    ),
    ("kind: require_if\nif: [a]\nthen: [b]\nunless: [c]\n", "An a. And c.", "unless c «c», anywhere"),
    (
        "kind: require_if\nif: [a]\nthen: [b]\nby_itself: true\n",
        "So it is c.",
        "by_itself: only on a bare text",
    ),
    ("kind: order\nfirst: [b]\nthen: [a]\nunless: [c]\n", "An a, then b, and c.", "unless c «c», anywhere"),
    ("kind: limit\nsignals: [a]\nmost: 2\n", "An a it is.", "most: so many are let through"),
)


def write(folder: Path, rule: str) -> str:
    """A playbook of one rule and the signals a, b and c; the learned layer may doubt a and hear b alone."""
    head = "id: house\nprofiles: [standard]\nmessage: {en: No., ru: Нет.}\n"
    head += f"severity: {'warning' if 'require' in rule else 'error'}\n"
    texts = "{fires: [One., Two.], passes: [Three., Four.]}"
    head += f"examples: {{en: {texts}, ru: {texts}}}\n"
    learned = {
        "a": "learned: {head: no-threats, threshold: 0.6, keeps: 0.25}\n",
        "b": "learned: {head: no-interrogation, threshold: 0.7}\n",
        "c": "",
    }
    (folder / "rules").mkdir()
    (folder / "signals" / "en").mkdir(parents=True)
    (folder / "rules" / "house.yaml").write_text(head + rule, "utf-8")
    for name, heard in learned.items():
        text = f"signal: {name}\nphrases: ['{name}']\n{heard}"
        (folder / "signals" / "en" / f"{name}.yaml").write_text(text, "utf-8")
    return str(folder)


def call(*args: str, given: str = "") -> str:
    result = CliRunner().invoke(main, args, input=given, env={"CG_CONFIG": None, "CG_CACHE": ""})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    assert result.exit_code in (0, 1), result.output
    return result.output


def hear(monkeypatch: pytest.MonkeyPatch, tag: Callable[[str, Any], Any] | None) -> None:
    """Let both commands ask this learned layer."""
    call("rules", "--help")
    call("review", "--help")
    for name in ("review", "rules"):
        monkeypatch.setattr(sys.modules[f"complaint_gift.cli.{name}"], "hearing", lambda: tag)


HEADS = {"x": "no-threats", "y": "no-interrogation"}


def scores(**by_head: float) -> Callable[[str, Any], Mapping[str, Any]]:
    return lambda text, context: {HEADS[x]: ((0, len(text), score),) for x, score in by_head.items()}


def findings(told: str) -> list[tuple[str, ...]]:
    """Severity, rule and words of every finding that was explained."""
    part = told.split("\nFindings\n", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^  (error|warning|info) ([\w-]+): (.*)$", part, re.M)


def same_words(shown: str, finding: dict[str, Any]) -> bool:
    if finding["quote"] is None:
        return not shown.startswith("«")
    quote = " ".join(finding["quote"].split())
    return " ".join(shown.strip("«»").split()).startswith(quote[:20]) or quote.startswith(
        shown[1:-2].rstrip()
    )


@pytest.mark.parametrize("words_only", [False, True], ids=["both-layers", "words-only"])
def test_what_is_explained_is_what_review_finds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words_only: bool
) -> None:
    hear(monkeypatch, hearing())
    playbook = load_playbook(profile="full")
    for name in ("review", "rules"):  # reading the folder anew for every text would only cost time
        module = sys.modules[f"complaint_gift.cli.{name}"]
        monkeypatch.setattr(module, "chosen_playbook", lambda folder, profile: playbook)
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    whole = [row for name in ("en", "ru") for row in [row for row in rows if row["lang"] == name][::14][:6]]
    texts: list[tuple[str, dict[str, Any]]] = [(text, {}) for text in BARE]
    texts += [(text, known) for text, known in zip(BARE[::2] + BARE[:2], CONTEXTS * 2, strict=False)]
    texts += [(row["reply"], {"complaint_text": row["complaint"]}) for row in whole]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps({"id": at, "text": text, "context": known}) for at, (text, known) in enumerate(texts)]
    source.write_text("\n".join(lines), "utf-8")
    how = ["--words-only"] if words_only else []
    call("review", "--jsonl", str(source), "--out", str(out), *how)
    answers = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(answers) >= 30
    for (text, known), answer in zip(texts, answers, strict=True):
        context = json.dumps(known, ensure_ascii=False)
        told = call("rules", "explain", "-", "--language", "en", "--context", context, *how, given=text)
        found = findings(told)
        assert [pair[:2] for pair in found] == [
            (one["severity"], one["rule"]) for one in answer["findings"]
        ], told
        assert all(same_words(one[2], f) for one, f in zip(found, answer["findings"], strict=True)), told
        assert max(map(len, told.split("\n"))) <= 100, told
        assert len(told.split("\n")) < 160, told


def test_explain_asks_the_layer_that_review_asks() -> None:
    call("rules", "--help")
    call("review", "--help")
    commands = [sys.modules[f"complaint_gift.cli.{name}"] for name in ("review", "rules")]
    assert [command.hearing for command in commands] == [hearing, hearing]


def test_every_line_says_from_which_layer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = write(tmp_path, "kind: forbid\nsignals: [a, b, c]\n")
    explain = ("rules", "explain", "An a it is, c.", "--playbook", folder)
    hear(monkeypatch, scores(x=0.93, y=0.8))
    told = call(*explain)
    assert "  a «a» - words, confirmed by the layer: 0.93, needs 0.25\n" in told
    assert "  b «An a it is, c.» - the layer alone: 0.80, needs 0.70\n" in told
    assert f"    {folder}/signals/en/b.yaml:3  learned: threshold 0.7\n" in told
    assert "  c «c» - words\n" in told
    hear(monkeypatch, scores(x=0.249, y=0.1))
    told = call(*explain)
    assert "  a «a» - doubted by the layer: 0.249, needs 0.25\n" in told, (
        "0.25 would look as if it reached it"
    )
    assert f"    {folder}/signals/en/a.yaml:3  learned: keeps 0.25\n    asked for by house\n" in told
    assert findings(told) == [("error", "house", "«c»")]
    told = call(*explain, "--words-only")
    assert "By words alone" in told
    assert "  a «a» - words\n" in told


def test_what_only_the_layer_says_is_a_warning_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hear(monkeypatch, scores(y=0.8))
    told = call(
        "rules", "explain", "So is the lamp.", "--playbook", write(tmp_path, "kind: forbid\nsignals: [b]\n")
    )
    assert findings(told) == [("warning", "house", "«So is the lamp.»")]
    assert "b - the layer alone: 0.80, needs 0.70\n    warning instead of error" in told


def test_the_best_sentence_of_what_is_missing_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write(tmp_path, "kind: require\nsignals: [b, c]\n")
    explain = ("rules", "explain", "So it is.", "--playbook", folder)
    hear(monkeypatch, scores(y=0.31))
    told = call(*explain)
    assert "house: missing b\n    b: best sentence 0.31, needs 0.70 «So it is.»" in told
    assert "    c: words only, none found\n" in told
    hear(monkeypatch, lambda text, context: {HEADS["y"]: ()})
    assert "b: no sentence reaches 0.02, needs 0.70" in call(*explain)


def test_words_that_do_not_satisfy_a_rule_say_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hear(monkeypatch, scores(x=0.9))
    rule = "kind: require\nsignals: [a]\nrevoked_by: [b]\nunless: [c]\nby_itself: true\n"
    told = call("rules", "explain", "An a with b, and c.", "--playbook", write(tmp_path, rule))
    assert "a «a» does not count: revoked_by b «b»" in told
    assert "c «c» excuses nothing: by_itself" in told


def silent(tmp_path: Path, rule: str, text: str, *more: str) -> str:
    told = call("rules", "explain", text, "--words-only", "--playbook", write(tmp_path, rule), *more)
    assert findings(told) == [], told
    return told.split("Rules that would have spoken\n", 1)[1]


@pytest.mark.parametrize(("key", "text", "why"), KEYS, ids=[key for key, _, _ in KEYS])
def test_a_silenced_rule_says_what_silenced_it(tmp_path: Path, key: str, text: str, why: str) -> None:
    told = silent(tmp_path, f"kind: forbid\nsignals: [a]\n{key}\n", text)
    assert told.startswith(f"  error house: «A»\n    {why}\n")


@pytest.mark.parametrize(("key", "text", "why"), COMPANY, ids=[key for key, _, _ in COMPANY])
def test_a_hit_without_its_company_says_what_it_lacks(tmp_path: Path, key: str, text: str, why: str) -> None:
    told = silent(tmp_path, f"kind: forbid\nsignals: [{{signal: a, {key}}}]\n", text)
    assert told.startswith(f"  error house: «A»\n    {why}\n")


def test_all_that_makes_up_for_what_is_missing_is_told(tmp_path: Path) -> None:
    rule = "kind: require\nsignals: [a]\nunless_all: [b, c]\n"
    assert "unless_all b «b», c «c», anywhere in the text" in silent(tmp_path, rule, "So it is b and c.")


@pytest.mark.parametrize(
    ("rule", "text", "why"),
    OTHERS,
    ids=[rule.split("\n")[0] + str(n) for n, (rule, _, _) in enumerate(OTHERS)],
)
def test_a_silenced_rule_of_another_kind_says_why(tmp_path: Path, rule: str, text: str, why: str) -> None:
    assert why in silent(tmp_path, rule, text)


def test_a_sentence_that_may_precede_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rule = "kind: order\nfirst: [c]\nthen: [a]\nunless: [b]\nmay_precede: [a]\n"
    folder = write(tmp_path, rule.replace("then: [a]", "then: [b]"))
    path = tmp_path / "signals" / "en" / "b.yaml"
    path.write_text("signal: b\nlearned: {head: no-interrogation, threshold: 0.7, decides: alone}\n", "utf-8")
    hear(monkeypatch, scores(y=0.1, x=0.9))
    told = call("rules", "explain", "An a is why all of it went wrong. So c.", "--playbook", folder)
    assert "may_precede: a «a» may stand there" in told


def test_explain_speaks_the_language_of_the_text() -> None:
    assert {**EXPLAINED}.keys() == {"en", "ru"}
    assert EXPLAINED["en"].keys() == EXPLAINED["ru"].keys()
    for key, words in EXPLAINED["en"].items():
        assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", EXPLAINED["ru"][key])), key
    told = call("rules", "explain", "Простите, если обидели.", "--words-only")
    assert told.startswith("Сигналы\n")
    assert "\nНаходки\n  error no-fake-apology: «Простите, если обидели»\n" in told
    assert "Findings" in call("rules", "explain", "Простите.", "--words-only", "--language", "en")


def test_a_long_text_is_explained_in_short(tmp_path: Path) -> None:
    folder = write(tmp_path, "kind: limit\nsignals: [a, c]\nmost: 100\n")
    explain = ("rules", "explain", "An a it is. " * 30, "--words-only", "--playbook", folder)
    assert "… and 18 more; --all shows them" in call(*explain)
    assert call(*explain, "--all").count("a «a» - words") == 30


@pytest.mark.parametrize(
    ("language", "reason"),
    [("en", "the playbook has no words of this language"), ("ru", "в правилах нет слов этого языка")],
)
def test_what_nobody_can_read_is_told(language: str, reason: str) -> None:
    french = (
        "Bonjour madame, votre colis se trouve encore dans notre entrepôt et partira la semaine prochaine."
    )
    told = call("rules", "explain", french, "--words-only", "--language", language)
    silenced, _, findings = told.partition(reason)
    assert "apologise-explicitly" in silenced
    assert "thank-for-the-complaint" in silenced
    assert "missing" not in findings

"""In which language a text is, and that the learned layer has no say where it was never taught."""

from __future__ import annotations

from pathlib import Path

import pytest
from shouting import RULE as RULE_OF_SHOUTING
from shouting import own_playbook, put

from complaint_gift.domain import Layer
from complaint_gift.learned.calibration import LANGUAGES
from complaint_gift.playbook import Context, load_playbook
from complaint_gift.rules.heads import HEADS
from complaint_gift.rules.learned import TAUGHT
from complaint_gift.text import Text

pytestmark = pytest.mark.slow

GERMAN = (
    "Sie haben nichts falsch gemacht, der Fehler lag bei uns.",
    "Bitte senden Sie uns zuerst einen Kaufbeleg als Nachweis.",
    "Wir erstatten Ihnen heute den vollen Preis.",
    "Ein Hausverbot gibt es selbstverständlich nicht.",
    "Die Reparatur dauert drei Tage.",
    "Mit freundlichen Grüßen, Anna Schmidt",
    "Das war also der Grund, warum die Lieferung so lange gedauert hat.",
)
OURS = (
    "You did nothing wrong, the fault was ours.",
    "We are sorry about the mix-up at the Hamburg branch.",
    "Sorry for the wait at the Kindergarten in Stuttgart, Herr Klein.",
    "Вы ничего не сделали не так, ошибка наша.",
    "Ваш заказ Bosch Serie 6 в пути.",
    "Best regards",
    "OK",
    "",
)
MIXED = (
    "Es tut uns sehr leid, der Fehler lag bei uns. We will refund you today, Anna.",
    "Wir erstatten Ihnen heute den vollen Preis. Мы вернём вам деньги сегодня.",
)


def everything(text: str) -> dict[str, tuple[tuple[int, int, float], ...]]:
    """A layer that hears everything everywhere."""
    return {head: ((0, len(text), 0.99),) for head in HEADS}


def test_the_core_and_the_layer_know_the_same_languages() -> None:
    assert set(LANGUAGES) == TAUGHT


@pytest.mark.parametrize("text", GERMAN)
def test_the_layer_has_no_say_in_another_language(text: str) -> None:
    playbook = load_playbook()
    alone = playbook.review(text)
    assert playbook.languages.told(Text(text)) == "de"
    assert playbook.review(text, learned=everything(text), asked=True) == alone
    assert playbook.signals(text, everything(text)) == playbook.signals(text)
    assert playbook.review(text, asked=True).complete, "there is nobody to wait for"
    assert not playbook.listens(text)


@pytest.mark.parametrize("text", [*OURS, *MIXED])
def test_the_layer_speaks_in_its_own_languages_and_in_mixtures(text: str) -> None:
    playbook = load_playbook()
    assert playbook.listens(text)
    assert not playbook.review(text, asked=True).complete
    heard = playbook.review(text, learned=everything(text))
    assert not text or any(signal.layer is Layer.LEARNED for signal in heard.signals)


@pytest.mark.parametrize(
    ("language", "text", "listens"),
    [
        ("de", OURS[0], False),
        ("de-AT", OURS[0], False),
        ("DE", OURS[0], False),
        ("en-GB", GERMAN[0], True),
        ("ru", GERMAN[0], True),
        ("German", GERMAN[0], False),  # no code: the text decides
        ("English", OURS[0], True),
    ],
)
def test_what_the_context_says_of_the_language_holds(language: str, text: str, listens: bool) -> None:
    assert load_playbook().listens(text, Context(language=language)) is listens


@pytest.mark.parametrize(
    ("text", "spared"),
    [
        (GERMAN[0], {"no-proving-right"}),
        (GERMAN[1], {"no-blame-customer", "no-proving-right", "no-threats"}),
        (GERMAN[2], {"offer-concrete-remedy"}),
        (GERMAN[3], {"no-threats"}),
    ],
)
def test_german_replies_are_judged_by_german_words(text: str, spared: set[str]) -> None:
    found = load_playbook().review(text, learned=everything(text), asked=True).findings
    assert not spared & {finding.rule for finding in found}


def test_german_words_still_speak() -> None:
    found = load_playbook().review(GERMAN[1], learned=everything(GERMAN[1])).findings
    assert "no-demand-for-proof" in {finding.rule for finding in found}


RULE = """
id: kurz
kind: forbid
profiles: [standard]
when: {%s}
signals: [leider]
message: {de: Sagen Sie es ohne dieses Wort.}
examples:
  de:
    fires: ["Leider haben wir nicht verstanden, was Sie uns sagen.", "Das ist leider nicht der Fall bei uns."]
    passes: ["Wir haben es verstanden.", "Das ist bei uns so."]
"""
SIGNAL = 'signal: leider\nphrases: ["leider"]\nexamples: {found: [leider], silent: [gern]}\n'


def speaks(folder: Path, when: str, text: str, context: Context) -> bool:
    files = {
        "playbook.yaml": "extends: default\n",
        "rules/kurz.yaml": RULE % when,
        "signals/de/leider.yaml": SIGNAL,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    found = load_playbook(folder).review(text, context=context).findings
    return "kurz" in {finding.rule for finding in found}


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        ("de", "", True),
        ("en", "", False),
        ("de", "de-CH", True),
        ("de", "en", False),
        ("de", "ru", False),
    ],
)
def test_a_rule_for_a_language_speaks_in_it(tmp_path: Path, language: str, said: str, expected: bool) -> None:
    text = "Leider haben wir nicht verstanden, was Sie uns sagen."
    assert speaks(tmp_path, f"language: [{language}]", text, Context(language=said)) is expected


@pytest.mark.parametrize(("said", "expected"), [("", 1), ("en_GB", 1), ("English", 1), ("eng", 1), ("ru", 0)])
def test_what_is_no_code_leaves_the_language_to_the_text(tmp_path: Path, said: str, expected: int) -> None:
    folder = own_playbook(tmp_path)
    put(folder, "rules/shouting.yaml", f"{RULE_OF_SHOUTING}when: {{language: [en]}}\n")
    verdict = load_playbook(folder).review("HEY YOU over there.", context=Context(language=said))
    assert len(verdict.findings) == expected


@pytest.mark.parametrize(
    ("when", "context", "expected"),
    [
        ("channel: [Email]", Context(channel="email"), True),
        ("channel: email", Context(channel="EMail"), True),
        ("channel: email", Context(channel="chat"), False),
        ("channel: email", Context(), False),
        ("not_channel: [Email]", Context(channel="email"), False),
        ("not_channel: Email", Context(channel="chat"), True),
        ("brand: Müller", Context(brand="MÜLLER"), True),
    ],
)
def test_names_of_a_helpdesk_are_compared_folded(
    tmp_path: Path, when: str, context: Context, expected: bool
) -> None:
    text = "Leider haben wir nicht verstanden, was Sie uns sagen."
    assert speaks(tmp_path, when, text, context) is expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, nous sommes désolés pour le retard. Nous vous remboursons demain.", "fr"),
        ("Dzień dobry, przepraszamy za opóźnienie. Zwrócimy pieniądze jutro.", "pl"),
        ("Добрий день! Вибачте за затримку, нову посилку вже відправлено, її привезе кур’єр.", "?"),
        ("Құрметті Айгүл, кешірім сұраймыз, ақшаңызды ертең қайтарамыз.", "?"),
        ("आपको हुई असुविधा के लिए हमें खेद है।", "?"),
        ("您好，很抱歉给您带来不便", "?"),
        ("שלום, אנחנו מצטערים על העיכוב", "?"),
        ("Your parcel for François Lefèvre and Øyvind Ångström lies at the depot.", ""),
        ("Заказ Олексія Шевченка у курьера, он приедет завтра до полудня и позвонит.", ""),
        ("Your order is at the depot, заказ у курьера.", ""),
        ("👍", ""),
        ("", ""),
    ],
)
def test_nothing_is_missed_in_a_language_that_nobody_reads(text: str, language: str) -> None:
    playbook = load_playbook(profile="full")
    assert playbook.languages.foreign(Text(text)) == language
    found = playbook.review(text, context=Context(complaint_text="Where is it?")).findings
    assert any(finding.start is None for finding in found) is not bool(language)


def test_german_replies_are_asked_for_what_german_words_can_say() -> None:
    found = load_playbook(profile="full").review("Wir haben Ihren Brief gelesen und melden uns.").findings
    assert {one.rule for one in found if one.start is None} >= {"apologise-explicitly"}
    assert "check-it-is-fixed" not in {finding.rule for finding in found}

"""What the shipped playbook promises about itself: profiles, languages, slots, tone."""

import re

import pytest

from complaint_gift.domain import Scope, Severity
from complaint_gift.playbook import Context, Playbook, load_playbook
from complaint_gift.playbook.rendering import render
from complaint_gift.rules.slots import find_placeholders

LANGUAGES = ("en", "ru")
MINIMAL = {
    "reply-from-company-account",
    "thank-for-the-complaint",
    "apologise-explicitly",
    "own-the-mistake",
    "offer-concrete-remedy",
    "promise-what-when-who",
    "no-proving-right",
    "no-demand-for-proof",
    "no-blame-customer",
    "no-fake-apology",
    "no-apology-but",
    "no-arguing-with-bystanders",
    "no-threats",
    "no-personal-data-in-public",
}
SLOTS = {"customer_name", "order", "event_date", "missing"}
NAMES = {"en": "Ann", "ru": "Людмила Петровна Зимина", "de": "Frau Berg"}
PARTS = ("enforces", "message", "why", "reading", "suggestion")
# Words that give orders or shout: a hint from a colleague does neither.
BARKS = re.compile(
    r"!!|\byou must\b|\byou have to\b|\bвы обязаны\b|\bвы должны\b|\bнемедленно\b|\bзапрещено\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return load_playbook(profile="full")


def test_minimal_profile_holds_the_fourteen_rules() -> None:
    assert {rule.id for rule in load_playbook(profile="minimal").active} == MINIMAL


def test_profiles_grow_one_from_the_other(playbook: Playbook) -> None:
    for rule in playbook.rules.values():
        assert "full" in rule.profiles, rule.id
        assert "minimal" not in rule.profiles or "standard" in rule.profiles, rule.id


def test_every_check_of_a_text_has_a_rule(playbook: Playbook) -> None:
    counted = {scope: sum(scope in rule.scopes for rule in playbook.rules.values()) for scope in Scope}
    assert counted[Scope.PUBLIC_REPLY] == 46
    assert sum(rule.id.startswith("note-") for rule in playbook.rules.values()) == 6
    assert sum(rule.id.startswith("manager-") for rule in playbook.rules.values()) == 4


@pytest.mark.parametrize("part", PARTS)
def test_every_rule_speaks_both_languages(playbook: Playbook, part: str) -> None:
    silent = [
        f"{rule.id} {language}"
        for rule in playbook.rules.values()
        for language in LANGUAGES
        if not getattr(rule, part).get(language, "").strip()
    ]
    assert silent == []


def test_russian_words_are_russian_and_english_ones_are_not(playbook: Playbook) -> None:
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    for rule in playbook.rules.values():
        for part in PARTS:
            texts = getattr(rule, part)
            assert cyrillic.search(texts["ru"]), f"{rule.id} {part} ru"
            assert not cyrillic.search(texts["en"]), f"{rule.id} {part} en"


def test_no_text_barks(playbook: Playbook) -> None:
    loud = [
        f"{rule.id} {part} {language}: {text}"
        for rule in playbook.rules.values()
        for part in ("message", "why", "reading")
        for language, text in getattr(rule, part).items()
        if "!" in text or BARKS.search(text)
    ]
    assert loud == []


def test_no_suggestion_gives_orders(playbook: Playbook) -> None:
    for rule in playbook.rules.values():
        for text in rule.suggestion.values():
            assert not BARKS.search(text), f"{rule.id}: {text}"


def test_messages_are_short(playbook: Playbook) -> None:
    for rule in playbook.rules.values():
        for text in rule.message.values():
            assert len(text) <= 90, f"{rule.id}: {text}"


def test_every_slot_is_known_and_may_be_empty(playbook: Playbook) -> None:
    """An unknown slot vanishes with its optional part; only `missing` always comes with the finding."""
    for rule in playbook.rules.values():
        for text in rule.suggestion.values():
            assert set(re.findall(r"\{(\w+)\}", text)) <= SLOTS, f"{rule.id}: {text}"
            bare = re.sub(r"\[\[.*?\]\]", "", text)
            assert not re.search(r"\{(customer_name|order|event_date)\}", bare), f"{rule.id}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_suggestion_reads_well_with_and_without_slots(playbook: Playbook, language: str) -> None:
    text = {
        "en": "We are sorry if you felt ignored.",
        "ru": "Извините, если вам показалось, что о вас забыли.",
    }[language]
    known = {"customer_name": "Marta", "order": "77", "event_date": "3 May", "language": language}
    for context in (Context(), Context.parse(known)):
        for finding in playbook.review(text, context=context).findings:
            said = playbook.words(finding, language).suggestion
            assert said, finding.rule
            assert not re.search(r"[{}]|\[\[|\]\]|  | [,.:]|,,", said), f"{finding.rule}: {said}"


@pytest.mark.parametrize("language", [*LANGUAGES, "de"])
def test_what_is_suggested_is_no_fault_itself(playbook: Playbook, language: str) -> None:
    """Whoever takes our words must not be corrected for them, be the name known or not."""
    known = {"customer_name": NAMES[language], "order": "77", "event_date": "2026-05-03"}
    for rule in (rule for rule in playbook.rules.values() if language in rule.suggestion):
        for params in ({"missing": "…"}, known | {"missing": "…"}):
            said = render(rule, params, language).suggestion
            for scope in rule.scopes:
                found = playbook.review(said, scope=scope, context=Context(language=language)).findings
                faults = {f.rule: f.quote for f in found if not f.missing} | {"no-copy-paste": None}
                assert faults == {"no-copy-paste": None}, f"{rule.id}: {said}"


def test_what_a_suggestion_leaves_open_is_seen_when_it_is_sent_so(playbook: Playbook) -> None:
    for rule in playbook.rules.values():
        for said in rule.suggestion.values():
            said = re.sub(r"\[\[.*?\]\]|\{missing\}", "", said)
            open_slots = re.findall(r"\([^)]*\)", said)
            assert [said[start:end] for start, end in find_placeholders(said)] == open_slots, rule.id


def test_missing_elements_never_hold_a_reply(playbook: Playbook) -> None:
    for rule in playbook.rules.values():
        if rule.kind in ("require", "recall", "points", "order") and Scope.PUBLIC_REPLY in rule.scopes:
            assert rule.severity is not Severity.ERROR, rule.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_brings_examples_of_its_own(playbook: Playbook, language: str) -> None:
    for rule in playbook.rules.values():
        for fires in (True, False):
            texts = [e.text for e in rule.examples if e.language == language and e.fires is fires]
            assert len(texts) >= 2, f"{rule.id} {language} {'fires' if fires else 'passes'}"
            assert len(set(texts)) == len(texts), f"{rule.id} {language} repeats itself"


def test_every_signal_is_heard_in_both_languages(playbook: Playbook) -> None:
    heard: dict[str, set[str]] = {}
    for document in playbook.documents:
        heard.setdefault(document.part.signal, set()).add(document.part.language)
    asked = {name for rule in playbook.rules.values() for name in rule.names()}
    only = {"familiar-you": {"ru"}}
    for name in asked:
        assert heard.get(name, set()) >= only.get(name, set(LANGUAGES)), name


def test_every_rule_names_its_source(playbook: Playbook) -> None:
    assert [rule.id for rule in playbook.rules.values() if not rule.source] == []


def test_third_language_is_yaml_only(playbook: Playbook) -> None:
    """German stands for any language an admin adds: the minimal rules hear it and answer in it."""
    text = "Es tut uns leid, aber Sie haben die Anleitung nicht gelesen."
    findings = {finding.rule: finding for finding in playbook.review(text).findings}
    assert {"no-blame-customer", "no-apology-but", "thank-for-the-complaint"} <= set(findings)
    for rule in MINIMAL:
        assert "de" in playbook.rules[rule].message, rule
    said = playbook.words(findings["no-blame-customer"], "de")
    assert said.message == playbook.rules["no-blame-customer"].message["de"]


def test_text_without_a_fault_passes_in_german(playbook: Playbook) -> None:
    text = (
        "Guten Tag Frau Berg, danke, dass Sie uns das geschrieben haben. Wir haben vergessen, Sie anzurufen, "
        "das tut uns leid. Wir haben Ihnen heute 45 Euro überwiesen, ich melde mich am Freitag bis 12 Uhr."
    )
    spoken = {f.rule for f in load_playbook(profile="minimal").review(text).findings}
    assert spoken == set()

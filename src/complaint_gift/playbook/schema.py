"""JSON schemas of rule, signal, class and settings documents: completion, help and checks in editors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from complaint_gift.domain import Scope, Severity
from complaint_gift.playbook.kinds import KINDS
from complaint_gift.playbook.rule import PROFILES
from complaint_gift.rules.context import SEVERITIES, VISIBILITIES
from complaint_gift.rules.detectors import DETECTORS
from complaint_gift.rules.heads import HEADS
from complaint_gift.rules.signals import SURE

Shape = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Shape = {"type": "string"}
_LANGUAGE = "^[a-z]{2}$"
# Editors read YAML 1.2, in which yes and no are texts; we take them for what they mean.
_YES: Shape = {"enum": [True, False, "yes", "no", "on", "off"]}
_NUMBER: Shape = {"type": "integer", "minimum": 0}
_SHARE: Shape = {"type": "number", "minimum": 0, "maximum": 1}
_WITHIN: Shape = {"oneOf": [_NUMBER, {"const": "anywhere"}]}


def _names(choices: Sequence[str] = ()) -> Shape:
    one: Shape = {"enum": list(choices)} if choices else _TEXT
    return {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]}


def _by_language(shape: Shape) -> Shape:
    return {"type": "object", "patternProperties": {_LANGUAGE: shape}, "additionalProperties": False}


def _closed(properties: Mapping[str, Shape], required: Sequence[str] = ()) -> Shape:
    closed: Shape = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**closed, "required": list(required)} if required else closed


def _told(shape: Shape, description: str) -> Shape:
    return {**shape, "description": description}


def _document(title: str, shape: Shape) -> Shape:
    return {"$schema": _DRAFT, "title": title, **shape}


def rule_schema() -> Shape:
    """One document of rules/*.yaml."""
    return _document(
        "A rule of Complaint Gift", _closed(_heading() | _checks() | _distances() | _words(), ["id"])
    )


def _heading() -> dict[str, Shape]:
    return {
        "id": _told(
            {"type": "string", "pattern": "^[a-z0-9]+([-.][a-z0-9]+)*$"},
            "Its name: small letters, digits, dashes. The id of a rule below changes that rule, key by key.",
        ),
        "kind": _told(
            {"enum": list(KINDS)}, "How it decides. forbid: must not be said. require: must be said."
        ),
        "severity": _told(
            {"enum": [one.value for one in Severity]},
            "error holds a reply until it is changed or a reason is given; warning advises; info is a hint.",
        ),
        "scope": _told(_names([one.value for one in Scope]), "What kind of text it reads."),
        "profiles": _told(
            {"type": "array", "items": {"enum": list(PROFILES)}},
            "The profiles in which it speaks; full without this key, none for an empty list.",
        ),
        "when": _told(_conditions(), "All of these have to hold; a key that is left out does not matter."),
        "shadow": _told(_YES, "Counted, shown to nobody. See `complaint-gift rules precision`."),
        "block": _told(_YES, "For an error: a lead has to release the reply."),
    }


def _conditions() -> Shape:
    return _closed(
        {
            "complaint": _told(_YES, "Whether the conversation is a complaint."),
            "first_reply": _told(_YES, "Whether it is our first reply to the customer."),
            "visibility": _told(_names(VISIBILITIES), "Who can read the text."),
            "reply_to": _told(_names(["customer", "bystander"]), "To whom it answers."),
            "channel": _told(_names(), "Only there: email, chat, review ..."),
            "not_channel": _told(_names(), "Not there."),
            "language": _told(_names(), "Only in these languages: en, ru."),
            "severity": _told(_names(SEVERITIES), "How grave the case is."),
            "brand": _told(_names(), "Only for these brands."),
            "source": _told(_names(), "Only from these sources of the configuration."),
            "again": _told(
                _names(),
                "With first_reply: a later reply counts as the first where the complaint holds one of these.",
            ),
            "complaint_signal": _told(_names(), "Only where the complaint holds one of these signals."),
        }
    )


def _checks() -> dict[str, Shape]:
    """What is looked for, by signals."""
    company = {
        "after": _told(_names(), "One of these in the same sentence or at most `within` before it."),
        "before": _told(_names(), "One of these in the same sentence or at most `within` behind it."),
        "with": _told(_names(), "One of these in the same sentence."),
        "without": _told(_names(), "None of these in the same sentence."),
        "within": _NUMBER,
    }
    wanted = {"oneOf": [_TEXT, _closed({"signal": _TEXT, **company}, ["signal"])]}
    cancelled = {"oneOf": [_names(), _closed({"signals": _names(), "within": _WITHIN}, ["signals"])]}
    taken_back = _closed({"denials": _names(), "told": _names()}, ["denials", "told"])
    return {
        "signals": _told(
            {"oneOf": [_TEXT, {"type": "array", "items": wanted}]},
            "Any of these signals, each defined in signals/<language>/.",
        ),
        "all": _told({"type": "array", "items": _names()}, "require: each of these; a list means any of it."),
        "if": _told(_names(), "require_if: where one of these is said ..."),
        "mirrored": _told(_names(), "address: what is fine where the customer speaks like that."),
        "nameless": _told(_names(), "address: what is fine for a customer who gave no name."),
        "if_complaint": _told(_names(), "require_if: ... or where the complaint holds one of these ..."),
        "then": _told(_names(), "require_if: ... one of these has to be near. order: what comes second."),
        "first": _told(_names(), "order: what has to come first."),
        "always": _told(_YES, "order: also where what has to come first is not there at all."),
        "may_precede": _told(_names(), "order: sentences with one of these may stand before it."),
        "unless": _told(_names(), "Silent where one of these is anywhere in the text."),
        "unless_all": _told(_names(), "require: silent where all of these are in the text, wherever."),
        "cancelled_by": _told(cancelled, "forbid: a hit next to one of these is silent."),
        "taken_back": _told(
            taken_back, "forbid: a hit on a denial is silent where the sentence before is what we had told."
        ),
        "revoked_by": _told(_names(), "require: does not count in one sentence with one of these."),
        "suspect": _told(_names(), "require, without the learned layer: speaks only where one of these is."),
    }


def _distances() -> dict[str, Shape]:
    """How near, how many, how alike."""
    return {
        "within": _told(_WITHIN, "How many sentences apart; anywhere: in the whole text."),
        "by_itself": _told(
            _YES,
            "On a bare text of which nothing is known `unless` is no excuse, nor a missing `if`.",
        ),
        "first_third": _told(_YES, "require: has to stand in the first third of the text."),
        "at_least": _told(
            {"type": "number"}, "forbid: how many hits it takes. similar: how alike, 0.3 to 1."
        ),
        "most": _told(_NUMBER, "limit: how many hits are fine."),
        "longest_sentence": _told(_NUMBER, "limit: how many words a sentence may have; 0 for any."),
        "least": _told(_NUMBER, "recall: how many words of the complaint have to come back."),
        "specific": _told(_NUMBER, "recall: how many words about the case are enough without them."),
        "stop": _told(_by_language(_names()), "recall, points: words that do not count, by language."),
    }


def _words() -> dict[str, Shape]:
    """What people read, and what proves the rule."""
    text = {
        "message": "What the writer should do, in one short sentence.",
        "why": "Why it matters, in one sentence.",
        "reading": "How the customer reads the text as it is.",
        "suggestion": "Words to use instead. {order} is filled in, [[, {customer_name}]] only if known.",
    }
    example = _closed({"text": _TEXT, "context": {"type": "object"}, "scope": _TEXT}, ["text"])
    examples = {"type": "array", "items": {"oneOf": [_TEXT, example]}}
    labels = {
        "fires": "Texts on which the rule has to speak, two at least.",
        "passes": "Near-misses on which it has to stay silent, two at least.",
        "todo_fires": "Known gaps: reported, never failing.",
        "todo_passes": "Known false alarms: reported, never failing.",
    }
    proofs = _by_language(_closed({name: _told(examples, said) for name, said in labels.items()}))
    return {
        "enforces": _told(
            {"oneOf": [_TEXT, _by_language(_TEXT)]}, "What it enforces, in a line for the page about rules."
        ),
        **{name: _told(_by_language(_TEXT), f"{said} By language.") for name, said in text.items()},
        "source": _told(_names(), "Where the rule comes from: a book, a law, a decision of yours."),
        "examples": _told(proofs, "By language. `complaint-gift rules test` runs them."),
    }


def signal_schema() -> Shape:
    """One document of signals/<language>/*.yaml."""
    texts = {"type": "array", "items": _TEXT}
    some = {"oneOf": [_TEXT, texts]}
    found = {"found": "Texts in which it has to be found.", "silent": "Texts in which it must not be."}
    properties = {
        "signal": _told(_TEXT, "Its name. Documents of the same name add up, over files and languages."),
        "about": _told(_TEXT, "What is meant, in a line."),
        "phrases": _told(
            some,
            "word: any form; =word: this form; word*: any ending; (a|b c): a choice; x?: may be left out; "
            "_3: up to three words between; ^ $: start and end of a sentence; @class; #number #date #money; "
            '#shall #will: Russian future verbs («вернём», «вернут»); #verb: English, as behind "will".',
        ),
        "unless": _told(some, "Phrases that drop a hit which they overlap, also one of regex or detector."),
        "regex": _told(some, "Patterns of RE2, where phrases do not reach."),
        "detector": _told(_names(sorted(DETECTORS)), "Things that no phrase can describe."),
        "mood": _told({"enum": ["question", "statement", "any"]}, "Only in such sentences."),
        "counts_if": _told(_marks(), "Whether a hit counts in such a place."),
        "learned": _told(_learned(), "What the learned layer adds."),
        "replace": _told(_YES, "Drops what the playbook below says about this signal in this language."),
        "examples": _told(
            _closed({n: _told(texts, said) for n, said in found.items()}), "Run by `rules test`."
        ),
    }
    return _document("A signal of Complaint Gift", _closed(properties, ["signal"]))


def _marks() -> Shape:
    marks = {
        "negated": "Under a negation: not, никогда. No without this key.",
        "quoted": "In the words of somebody else. No without this key.",
        "conditional": "In a clause with if, если. Yes without this key.",
        "counterfactual": "What would have been. Yes without this key.",
        "question": "In a question. Yes without this key.",
    }
    return _closed({name: _told(_YES, said) for name, said in marks.items()})


def _learned() -> Shape:
    properties = {
        "head": _told({"enum": [*HEADS]}, "Which of its scores."),
        "threshold": _told(_SHARE, "From which score on it is heard; 0.5 without this key."),
        "keeps": _told(_SHARE, "Below this score a hit of the phrases falls; 0 keeps all."),
        "sure": _told(
            _SHARE,
            f"Heard alone up to this score, an error is but a warning; {SURE:g} without this key.",
        ),
        "spared_by": _told(_names(), "Signals in whose words it is not heard alone."),
        "decides": _told(
            {"enum": ["either", "alone", "confirms"]},
            "either: phrases or score; alone: the score; confirms: phrases that the score agrees with.",
        ),
    }
    return _closed(properties, ["head"])


def classes_schema() -> Shape:
    """signals/<language>/classes.yaml."""
    words = _told(_names(), "Words and phrases that `@name` stands for.")
    classes = {"type": "object", "patternProperties": {"^[a-z0-9_-]+$": words}, "additionalProperties": False}
    return _document("The word classes of a language", classes)


def settings_schema() -> Shape:
    """playbook.yaml."""
    properties = {
        "extends": _told({"const": "default"}, "Stand on the shipped playbook; yours changes it."),
        "profile": _told({"enum": list(PROFILES)}, "How many rules speak."),
        "shadow": _told(_names(), "Rules that are counted and shown to nobody."),
        "block": _told(_names(), "Rules whose errors only a lead can release."),
        "off": _told(_names(), "Rules that are left out."),
    }
    return _document("The settings of a playbook", _closed(properties))


SCHEMAS: dict[str, Callable[[], Shape]] = {
    "rule": rule_schema,
    "signal": signal_schema,
    "classes": classes_schema,
    "playbook": settings_schema,
}

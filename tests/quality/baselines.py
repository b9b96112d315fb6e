"""What plain lists of words do on the same texts: the reference that a playbook has to beat.

The lists are those a person writes in ten minutes, and the published markers of ConvoKit's politeness
strategies (Apologizing, Gratitude; Danescu-Niculescu-Mizil et al. 2013), which are English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tallies import Tally, table
from texts import Labelled, labelled

KEYWORDS = {
    "apology": r"sorry|apolog|regret|forgive|извин|прости|прощени|жаль|сожале",
    "thanks_for_feedback": r"thank\w*[^.!?]*(?:feedback|review|letting us|sharing|bringing|writing|telling)"
    r"|спасибо[^.!?]*(?:отзыв|что написали|сообщ|обратн)|благодар[^.!?]*(?:отзыв|сообщ|обращ|обратн)",
    "direct_line": r"@|https?://|\b\d{3}[ -]?\d{2,3}[ -]?\d{2}|\bdm\b|direct message|личн\w+ сообщени"
    r"|напишите нам",
    "remedy": r"refund|replac|compensat|discount|voucher|credited|вернём|вернем|замен|компенс|скидк|возврат",
    "next_step_when_who": r"will (?:call|contact|get back|reach out)|within \d|tomorrow"
    r"|завтра|свяжется|перезвон|в течение",
    "owns_fault": r"our (?:mistake|fault|error)|we (?:failed|should have)|наш\w* (?:вин|ошибк)"
    r"|мы (?:должны|виноваты)",
    "sends_customer_away": r"please (?:contact|call|write|e-?mail|visit|fill)"
    r"|обратитесь|напишите|позвоните|заполните",
    "argues": r"in fact|actually|however|on the contrary|на самом деле|однако|вопреки|не соответствует",
    "vague_promise": r"as soon as possible|working on|look(?:ing)? into|take (?:this|it) into account"
    r"|в ближайшее время|кратчайшие|примем меры|разбер[её]мся|учтём|учтем",
}
CONVOKIT = {
    "apology": r"\b(?:sorry|woops|oops)\b|\bi apologi[sz]e\b|^(?:excuse|forgive) me",
    "thanks_for_feedback": r"\b(?:thank|thanks)\b|\bi appreciate\b|\bwe appreciate\b",
}


def measure(name: str, lists: dict[str, str], replies: Iterable[Labelled]) -> dict[str, Tally]:
    """A tally a label: the list's answer against the readers'."""
    replies = list(replies)
    found = {}
    for label, pattern in lists.items():
        expression, tally = re.compile(pattern, re.I | re.M), Tally()
        for reply in replies:
            value = reply.labels.get(label)
            if value is not None:
                tally.add(bool(value), expression.search(reply.text) is not None)
        if tally.fires:
            found[f"{label} ({name})"] = tally
    return found


def show() -> dict[str, dict[str, float | int]]:
    """Print both baselines on real and on Russian replies; returns the figures."""
    result: dict[str, dict[str, float | int]] = {}
    for source in ("real-replies", "ru-replies"):
        replies = labelled(source)
        tallies = measure("keywords", KEYWORDS, replies)
        if source == "real-replies":
            tallies |= measure("ConvoKit", CONVOKIT, replies)
        if not replies:
            print(f"\n(no {source}: needs ../shared)")
            continue
        lines = [
            (label, f"{t.f1:.2f}", f"{t.precision:.2f}", f"{t.recall:.2f}", str(t.fires))
            for label, t in tallies.items()
        ]
        print(f"\n== {source}, plain lists of words ==")
        print(table(("label", "F1", "precision", "recall", "cases"), lines))
        result |= {f"{source}: {label}": tally.as_json() for label, tally in tallies.items()}
    return result

"""Loads what is loaded when it is first needed, so that no transaction waits for it."""

from __future__ import annotations

from complaint_gift.promises import find_promises
from complaint_gift.rules import Context, vocabulary
from complaint_gift.service import lexicon
from complaint_gift.service.means import Means
from complaint_gift.service.ports import Book

# One text in each language that we speak, and one that is written in both.
TEXTS = (
    "Thank you for telling us about the lamp, we are sorry and will call you tomorrow.",
    "Спасибо, что рассказали о лампе, просим прощения и перезвоним завтра.",
    "Спасибо, что рассказали о лампе. We are sorry and will call you tomorrow.",
)


def warm(means: Means, book: Book) -> None:
    """Do once with this playbook what a job does with each message; costs about a second."""
    policy, now = means.policy, means.now()
    vocabulary.warm()
    for text in TEXTS:
        book.signals(text)
        book.review(text, context=Context(complaint_text=text))
        means.classify(text)
        find_promises(text, sent_at=now, calendar=policy.hours)
        for phrases in (*policy.triggers.values(), policy.signs.phrases, policy.promises.kept_phrases):
            lexicon.has_any(text, phrases)

"""What `learned: {head: ...}` of a signal may name: one head of the learned layer a check."""

from typing import Final, Literal

Shape = Literal["element", "fault"]

ELEMENTS: Final = (
    "thank-for-the-complaint",
    "say-why-it-matters",
    "apologise-explicitly",
    "own-the-mistake",
    "offer-concrete-remedy",
    "promise-what-when-who",
    "name-the-problem",
    "acknowledge-feeling",
    "ask-open-question",
    "ask-what-it-was-for",
    "open-a-direct-line",
    "say-what-will-change",
    "check-it-is-fixed",
    "answer-every-point",
    "apology-before-explanation",
    "note-what-differently",
    "note-facts-and-timeline",
    "note-customers-view",
    "note-proposes-prevention",
    "manager-heard-both",
    "manager-root-cause-not-culprit",
    "manager-learning-tone",
)
# Some must-have checks are heard as their breach: officialese is in the words, "plain words" are not.
FAULTS: Final = (
    "reply-from-company-account",
    "refuse-with-reason-and-alternative",
    "same-language-and-address",
    "plain-human-words",
    "no-proving-right",
    "no-demand-for-proof",
    "no-interrogation",
    "no-blame-customer",
    "no-fake-apology",
    "no-apology-but",
    "no-polite-contradiction",
    "no-as-already-told",
    "no-hiding-behind-rules",
    "no-arguing-with-bystanders",
    "no-recruiting-supporters",
    "no-objection-script",
    "no-copy-paste",
    "no-labelling-the-customer",
    "no-blaming-colleague-or-partner",
    "no-threats",
    "no-payment-for-silence",
    "no-minimising",
    "no-doubting-the-story",
    "no-sarcasm-or-condescension",
    "no-dead-end",
    "no-agentless-mistake",
    "no-vague-promise",
    "no-personal-data-in-public",
    "no-effort-back-to-customer",
    "no-selling-in-a-complaint",
    "no-unauthorised-promise",
    "note-no-customer-blame",
    "note-no-martyrdom",
    "manager-no-denial",
)
HEADS: Final = ELEMENTS + FAULTS
SHAPES: Final[dict[str, Shape]] = {
    **dict.fromkeys(ELEMENTS, "element"),
    **dict.fromkeys(FAULTS, "fault"),
}

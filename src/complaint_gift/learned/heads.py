"""What the encoder is asked about a message, and the sizes it was taught with."""

from typing import Final

KINDS: Final = ("complaint", "praise", "question", "other")
SEVERITIES: Final = ("low", "normal", "high", "critical")
TRIGGERS: Final = (
    "court",
    "regulator",
    "press",
    "health",
    "safety",
    "discrimination",
    "second-failure",
    "asks-manager",
    "names-employee",
    "deadline-near",
    "large-audience",
    "leaving",
    "data-leak",
    "money-lost",
)

REPLY, COMPLAINT = 0, 1  # what a unit of text is to the tagger
SENTENCE_PIECES = 96
PASSAGE_PIECES = 128
MOST_UNITS = 64

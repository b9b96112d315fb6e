"""Rules apart from YAML: phrases, signals, and the closed set of rule kinds. Pure: no file is read here."""

from complaint_gift.rules.amounts import Amount
from complaint_gift.rules.checks import (
    ANYWHERE,
    Cancelled,
    Check,
    Forbid,
    Limit,
    Order,
    Require,
    RequireIf,
    TakenBack,
    Wanted,
)
from complaint_gift.rules.context import Context, ContextError, Writer
from complaint_gift.rules.privacy import Disclosure
from complaint_gift.rules.recall import Points, Recall, Similar
from complaint_gift.rules.situation import Fault, Situation, joined
from complaint_gift.rules.writer import Account, Address

__all__ = [
    "ANYWHERE",
    "Account",
    "Address",
    "Amount",
    "Cancelled",
    "Check",
    "Context",
    "ContextError",
    "Disclosure",
    "Fault",
    "Forbid",
    "Limit",
    "Order",
    "Points",
    "Recall",
    "Require",
    "RequireIf",
    "Similar",
    "Situation",
    "TakenBack",
    "Wanted",
    "Writer",
    "joined",
]

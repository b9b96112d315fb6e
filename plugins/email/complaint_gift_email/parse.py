"""What a delivery means, as far as it tells itself: pure, nothing is looked up."""

from __future__ import annotations

import structlog

from complaint_gift.domain import ConversationChanged, Event, MessageAdded, Visibility
from complaint_gift.plugin import Delivery, Source
from complaint_gift_email.accounts import Accounts
from complaint_gift_email.conversation import place
from complaint_gift_email.doors import ses
from complaint_gift_email.doors.opening import open_delivery
from complaint_gift_email.loops import why_automatic
from complaint_gift_email.message import read_mail
from complaint_gift_email.thread import message_id

MAIL = "mail"
SUBSCRIPTION = "sns:SubscriptionConfirmation"
HANDLED = frozenset((MAIL, SUBSCRIPTION))
IGNORED = frozenset(
    (
        "mail:own",  # written by ourselves, on its way back
        "mail:bounce",  # a server says that something was not delivered
        "mail:report",  # a read receipt, a spam report
        "mail:auto-reply",  # a robot of somebody who is away
        "mail:list",  # a newsletter, a discussion
        "mail:bulk",  # the same without a name
        "sns:UnsubscribeConfirmation",  # said once when somebody unsubscribed us
    )
)
_log = structlog.get_logger(__name__)


def parse(delivery: Delivery, source: Source) -> list[Event]:
    """See Plugin.parse."""
    incoming = open_delivery(delivery, source)
    if incoming is None:
        is_asking = source.settings["transport"] == "ses" and ses.confirmation(delivery.body, source)
        return [ConversationChanged("", delivery.received_at, what="subscription")] if is_asking else []
    mail = read_mail(incoming.raw)
    why = why_automatic(mail, incoming.envelope, Accounts.of(source.settings))
    if why:
        _log.info("mail-of-no-person", source=source.name, delivery=delivery.id, why=why)
        return []
    number = place(mail, incoming, source, None)
    return [
        MessageAdded(
            number,
            mail.sent_at,
            mail.sender.address[:250],
            message=message_id(mail),
            visibility=Visibility.UNKNOWN,
        )
    ]

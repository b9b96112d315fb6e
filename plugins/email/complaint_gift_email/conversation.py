"""From a mail to what the core keeps: a conversation with one message more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from complaint_gift.domain import Author, Conversation, Message, Role, Visibility
from complaint_gift.plugin import Memory, Source
from complaint_gift_email.accounts import Accounts, Kind
from complaint_gift_email.addresses import Address
from complaint_gift_email.doors.incoming import Incoming
from complaint_gift_email.loops import is_robot
from complaint_gift_email.message import Mail
from complaint_gift_email.thread import conversation_of, message_id

LONGEST_TEXT = 60_000
BELIEVED = timedelta(days=3)
_FEWEST_WORDS = 3
_ANSWER = re.compile(r"\s*(?:(?:re|fwd?|aw|wg|ha|на|отв|пер|ответ)(?:\[\d+\])?\s*:\s*)+", re.I)
_METHOD = re.compile(r"\b(dmarc|spf|dkim)\s*=\s*([a-z]{1,12})", re.I)


def read_conversation(
    mail: Mail, incoming: Incoming, source: Source, memory: Memory, received_at: datetime
) -> Conversation:
    """The conversation that this mail belongs to, as it is with it; only the new message is in it."""
    number = place(mail, incoming, source, memory)
    known = memory.conversation(number)
    accounts = Accounts.of(source.settings)
    writer = _writer(mail, incoming, accounts, source)
    requester = known.requester_id if known else ""
    if not requester:
        requester = _outsider(mail, incoming, writer, accounts)
    author = _author(writer, requester, incoming, accounts, source, mail)
    message = Message(
        id=_free_id(mail, author, known),
        author=author,
        text=text_of(mail, is_first=known is None, is_form=writer != mail.sender),
        visibility=_visibility(mail, incoming, author, accounts),
        sent_at=_sent_at(mail, received_at),
        channel="email",
    )
    base = known or Conversation(source.name, number, subject=_ANSWER.sub("", mail.subject, 1)[:500])
    return replace(
        base,
        messages=(message,),
        channel="email",
        status="open",
        brand=base.brand or source.settings["brand"],
        requester_id=requester,
        updated_at=received_at,
    )


def place(mail: Mail, incoming: Incoming, source: Source, memory: Memory | None) -> str:
    """The name of the conversation; without a memory as far as the mail itself tells."""

    accounts = Accounts.of(source.settings)
    writer = _writer(mail, incoming, accounts, source).address
    secret = str(source.settings["thread_secret"])
    if memory is None:
        return conversation_of(mail, incoming.envelope, secret)

    def takes_part(number: str, address: str) -> bool:
        return bool(address) and address in _people(memory.conversation(number))

    def is_stranger(number: str, answered: str) -> bool:
        if not writer or incoming.is_out or accounts.is_ours(writer):
            return False
        return _answers_for_others(memory.conversation(number), answered, writer)

    return conversation_of(mail, incoming.envelope, secret, memory.whereabouts, takes_part, is_stranger)


def _people(found: Conversation | None) -> set[str]:
    if found is None:
        return set()
    return {found.requester_id, *(message.author.account for message in found.messages)}


def _answers_for_others(found: Conversation | None, answered: str, writer: str) -> bool:
    """Somebody new answers what the company wrote: it went to many, and each answer is one's own matter."""
    if found is None or not found.requester_id or writer in _people(found):
        return False
    authors = {message.id: message.author.role for message in found.messages}
    return authors.get(answered, Role.AGENT) in (Role.AGENT, Role.MANAGER)


def text_of(mail: Mail, *, is_first: bool, is_form: bool = False) -> str:
    """The new part; a subject that says more than a nearly empty body comes before it.

    What a form sends answers nothing, and its fields look like the header of an older mail.
    """
    is_whole = is_form and not (mail.in_reply_to or mail.references)
    text = (mail.text if is_whole else mail.new).strip()
    if is_first and len(re.findall(r"\w+", text[:200])) < _FEWEST_WORDS and mail.subject:
        text = f"{mail.subject}\n\n{text}".strip()
    return text[:LONGEST_TEXT]


def is_proven(mail: Mail, incoming: Incoming, source: Source) -> bool:
    """Whether the domain of the visible From vouches for this mail, by a check that we may believe."""
    checks = _believed(mail, incoming, source)
    return checks.get("dmarc") == "pass"


def _believed(mail: Mail, incoming: Incoming, source: Source) -> Mapping[str, str]:
    """The provider's own checks, or the topmost Authentication-Results if our own server wrote it."""
    if any(incoming.checks.values()):
        return incoming.checks
    wanted = str(source.settings["authserv"]).lower()
    told = next(iter(mail.headers.every("authentication-results")), "")
    server = told.partition(";")[0].split()
    if not wanted or not server or server[0].lower() != wanted:
        return {}
    return {name.lower(): value.lower() for name, value in _METHOD.findall(told[:4000])}


def _writer(mail: Mail, incoming: Incoming, accounts: Accounts, source: Source) -> Address:
    """Who speaks. A form sends as the company, or as the robot of a service, the customer in Reply-To."""
    if incoming.is_out or not _is_form(mail, incoming, accounts, source):
        return mail.sender
    others = (one for one in mail.reply_to if one.address and not accounts.is_ours(one.address))
    other = next((one for one in others if not is_robot(one.address)), None)
    return Address(other.address, other.name) if other else mail.sender


def _is_form(mail: Mail, incoming: Incoming, accounts: Accounts, source: Source) -> bool:
    if not accounts.is_ours(mail.sender.address):
        return is_robot(mail.sender.address)
    # Our own server vouches for our own form too: but only a person writes to somebody outside.
    stays = all(accounts.is_ours(one.address) for one in mail.recipients)
    return stays or not is_proven(mail, incoming, source)


def _author(
    writer: Address, requester: str, incoming: Incoming, accounts: Accounts, source: Source, mail: Mail
) -> Author:
    kind = accounts.kind(writer.address)
    is_ours = kind in (Kind.COMPANY, Kind.STAFF, Kind.DOMAIN)
    company: bool | None = None
    if incoming.is_out or (is_ours and is_proven(mail, incoming, source)):
        role = Role.AGENT
        company = True if kind is Kind.COMPANY else None if kind is Kind.DOMAIN else False
    elif is_ours:
        # Anybody can write our address into From: what nobody vouches for is no answer of ours.
        role, company = Role.BYSTANDER, False
    else:
        role = Role.CUSTOMER if writer.address == requester or not requester else Role.BYSTANDER
        company = False
    return Author(writer.address, role, writer.name[:200], writer.address, company)


def _outsider(mail: Mail, incoming: Incoming, writer: Address, accounts: Accounts) -> str:
    """Whose conversation it is: who writes from outside, or to whom the first mail of ours goes."""
    if not incoming.is_out and not accounts.is_ours(writer.address):
        return writer.address
    others: Sequence[Address] = [one for one in mail.recipients if not accounts.is_ours(one.address)]
    return others[0].address if others else ""


def _visibility(mail: Mail, incoming: Incoming, author: Author, accounts: Accounts) -> Visibility:
    """Mail of ours that goes to nobody outside is a word among colleagues."""
    if author.role is not Role.AGENT:
        return Visibility.PUBLIC
    reached = {one.address for one in mail.recipients} | set(incoming.envelope.recipients)
    return Visibility.INTERNAL if reached and all(map(accounts.is_ours, reached)) else Visibility.PUBLIC


def _sent_at(mail: Mail, received_at: datetime) -> datetime:
    """The Date header is the sender's word: it counts only near the moment at which the mail came."""
    if mail.sent_at is None or abs(received_at - mail.sent_at) > BELIEVED:
        return received_at
    return min(mail.sent_at, received_at)


def _free_id(mail: Mail, author: Author, known: Conversation | None) -> str:
    """The Message-ID, unless another author's message has it already: nobody shall write over that one."""
    wanted = message_id(mail)
    for message in known.messages if known else ():
        if message.id == wanted and message.author.account != author.account:
            return f"{wanted[:180]}#{mail.digest[:16]}"
    return wanted

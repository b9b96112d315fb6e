"""Gives one mail to a mail server: taken, refused, not reached, or nobody knows."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from complaint_gift.addresses import in_ascii
from complaint_gift.plugin import Outgoing, Receipt, Refused, Source, Uncertain, Unreachable
from complaint_gift_email.gate.dialogue import Away, Dialogue, Lost, Reply, stuff

LOOP = "X-Complaint-Gift-Loop"
_LONGEST = 300


def hand_over(
    server: Mapping[str, Any],
    sender: str,
    recipients: Sequence[str],
    raw: bytes,
    *,
    options: Sequence[str] = (),
    recipient_options: Sequence[Sequence[str]] = (),
) -> str:
    """Send these bytes; gives the server's answer. `server` is a loaded SmtpSettings.

    Raises Refused (it said no for good), Unreachable (nothing was handed over) and Uncertain (its answer to
    the whole mail was lost). All recipients or none: who is refused would otherwise never be missed.
    """
    paths = [path if path.startswith("<") else f"<{path}>" for path in (sender, *recipients)]
    if not recipients:
        raise Refused(f"{server['host']}: the mail names nobody to send it to")
    work = _talk(server, paths[0], paths[1:], raw, list(options), list(recipient_options))
    try:
        # A thread of its own: whoever calls may be inside a loop, and a loop runs no other one.
        with ThreadPoolExecutor(1, "mail") as pool:
            reply = pool.submit(asyncio.run, work).result()
    except Away as exc:
        raise Unreachable(f"mail: {exc}; it is tried again") from None
    except Lost as exc:
        raise Uncertain(f"mail: {exc}; it has the whole mail and may have sent it") from None
    if reply.is_positive:
        return reply.whole[:_LONGEST]
    said = " ".join(reply.whole.split())[:_LONGEST]
    if 400 <= reply.code < 500:
        raise Unreachable(f"mail: {server['host']} asked for patience: {said}")
    raise Refused(f"mail: {server['host']} refused: {said}")


async def _talk(
    server: Mapping[str, Any],
    sender: str,
    recipients: list[str],
    raw: bytes,
    options: list[str],
    recipient_options: list[Sequence[str]],
) -> Reply:
    dialogue = Dialogue(server, socket.gethostname())
    await dialogue.open()
    try:
        reply = await dialogue.ask(" ".join([f"MAIL FROM:{sender}", *dialogue.accepted(options)]))
        for index, path in enumerate(recipients):
            if reply.is_positive:
                wanted = recipient_options[index] if index < len(recipient_options) else ()
                reply = await dialogue.ask(" ".join([f"RCPT TO:{path}", *dialogue.accepted(wanted)]))
        if reply.is_positive:
            reply = await dialogue.ask("DATA")
            if reply.code == 354:
                reply = await dialogue.hand_over(stuff(raw))
        await dialogue.quit()
        return reply
    finally:
        dialogue.close()


def send_held(held: Outgoing, source: Source) -> Receipt:
    """Send what was held at the gate, past the gate. Raises as `hand_over`."""
    gate, told = source.settings["gate"], held.envelope
    if gate is None:
        raise Refused(f"{source.name}: it has no gate any more; give the message back, or add `gate` again")
    size = ("SIZE", "AUTH")
    options = [one for one in told.get("options", ()) if one.partition("=")[0].upper() not in size]
    answer = hand_over(
        gate["upstream"],
        told["sender"],
        told["recipients"],
        held.raw,
        options=options,
        recipient_options=told.get("recipient_options", ()),
    )
    return Receipt(detail=answer)


def send_own(source: Source, mail: EmailMessage, recipients: Sequence[str]) -> Receipt:
    """Send a mail of our own from `address`: no machine answers it, and nobody takes it for a complaint.

    The envelope's sender is empty, so that no bounce can start a loop. Raises as `hand_over`.
    """
    server = source.settings["smtp"]
    if server is None:
        raise Refused(f"{source.name}: it cannot send; add `smtp: {{host: ...}}` to the source")
    if "Auto-Submitted" not in mail:
        mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail[LOOP] = source.name
    if "Date" not in mail:
        mail["Date"] = formatdate(usegmt=True)
    raw = mail.as_bytes(policy=policy.SMTP)
    return Receipt(
        (str(mail["Message-ID"]).strip("<>"),), hand_over(server, "", [*map(in_ascii, recipients)], raw)
    )

"""The gate: an SMTP proxy between whoever writes for the company and the mail server that sends.

It works as Postfix `smtpd_proxy_filter` (XFORWARD) and as a relay of its own (AUTH, TLS). The mail server's
answers are passed through as they are: nobody hears 250 before it said so, or a held mail's row is committed.
"""

from complaint_gift_email.gate.listener import GateListener
from complaint_gift_email.gate.settings import GateSettings, SmtpSettings

__all__ = ["GateListener", "GateSettings", "SmtpSettings"]

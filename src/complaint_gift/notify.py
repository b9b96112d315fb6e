"""Tells people outside the helpdesk: mail by SMTP, Slack-compatible webhooks, anything else through Apprise.

Addresses of webhooks carry secrets and are never said. A webhook goes to the public internet only, unless
its entry says `private: true`: checked on the address that the socket is really connected to, so that
neither a name that changes nor a redirect leads inside.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import formatdate
from importlib import import_module
from ipaddress import ip_address
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager

from complaint_gift.addresses import in_ascii
from complaint_gift.plugin import Refused, Unreachable
from complaint_gift.service.ports import Notice

EMAIL = "email"
SECONDS = 10.0
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Messenger:
    """The Notifier: `settings` is the `notify` section of the configuration, secrets resolved."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._email: Mapping[str, Any] | None = settings.get("email")
        self._webhooks = {entry["name"]: entry for entry in settings.get("webhooks") or ()}

    @property
    def channels(self) -> tuple[str, ...]:
        """What may be named in a policy."""
        return (*((EMAIL,) if self._email else ()), *self._webhooks)

    def notify(self, notice: Notice, mark: str) -> str:
        """Send it; gives one line for the log. Raises Refused or Unreachable."""
        if notice.channel == EMAIL and self._email:
            return _send_mail(self._email, notice, mark)
        entry = self._webhooks.get(notice.channel)
        if entry is None:
            known = ", ".join(self.channels) or "none"
            raise Refused(
                f"there is no channel {notice.channel!r}, configured are: {known}; add it under `notify`"
            )
        if urlsplit(str(entry["url"])).scheme in ("http", "https"):
            return _call_webhook(entry, notice)
        return _call_apprise(entry, notice)


def make_notifier(settings: Mapping[str, Any]) -> Messenger:
    """The Notifier of this `notify` section."""
    return Messenger(settings)


def _send_mail(email: Mapping[str, Any], notice: Notice, mark: str) -> str:
    message = EmailMessage()
    try:
        message["From"], message["To"] = in_ascii(email["sender"]), in_ascii(notice.to)
    except ValueError:
        raise Refused(f"email: {notice.to!r} is no address; correct it in the policy") from None
    message["Subject"] = " ".join(notice.subject.split())
    message["Date"] = formatdate(usegmt=True)
    # The same for a repetition: a mailbox that has it shows it once.
    message["Message-ID"] = f"<{mark}@complaint-gift.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text)
    host = email["host"]
    try:
        # Left by hand: as a context it takes an odd good-bye for a failure, and the mail would be sent again.
        with closing(_connect(email)) as smtp:
            if email["user"]:
                smtp.login(email["user"], email["password"])
            smtp.send_message(message)
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
    except smtplib.SMTPRecipientsRefused as exc:
        codes = [code for code, _ in exc.recipients.values()]
        _raise_smtp(f"email: {host} does not take mail for this address", min(codes, default=0))
    except smtplib.SMTPResponseException as exc:
        _raise_smtp(f"email: {host} answered {exc.smtp_code}", exc.smtp_code)
    except smtplib.SMTPNotSupportedError as exc:
        raise Unreachable(f"email: {host} cannot take it: {exc}; check `notify: email`") from None
    except (smtplib.SMTPException, OSError) as exc:
        raise Unreachable(f"email: {host} cannot be reached ({type(exc).__name__})") from None
    return f"mail given to {host}"


def _connect(email: Mapping[str, Any]) -> smtplib.SMTP:
    host, port, context = email["host"], int(email["port"]), ssl.create_default_context()
    if email["security"] == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    smtp = smtplib.SMTP(host, port, timeout=SECONDS)
    if email["security"] == "starttls":
        try:
            smtp.starttls(context=context)
        except BaseException:
            smtp.close()
            raise
    return smtp


def _raise_smtp(text: str, code: int) -> NoReturn:
    # 535: a wrong password is corrected by an admin, and the mail is still wanted then.
    if 500 <= code < 600 and code not in (530, 534, 535, 538):
        raise Refused(f"{text}; correct the address in the policy")
    raise Unreachable(f"{text}; check `notify: email`")


def _call_webhook(entry: Mapping[str, Any], notice: Notice) -> str:
    name = entry["name"]
    text = f"*{notice.subject.translate(_ESCAPES)}*\n{notice.text.translate(_ESCAPES)}"
    with requests.Session() as session:
        session.trust_env = False
        if not entry.get("private"):
            session.mount("http://", _PublicAdapter())
            session.mount("https://", _PublicAdapter())
        try:
            answer = session.post(
                str(entry["url"]), json={"text": text}, timeout=SECONDS, allow_redirects=False, stream=True
            )
        except requests.RequestException as exc:
            if _is_private(exc):
                raise Refused(
                    f"webhook {name}: its address is not public; say `private: true` if that is meant"
                ) from None
            if isinstance(exc, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
                raise Refused(f"webhook {name}: its address is no URL; correct its secret") from None
            raise Unreachable(f"webhook {name} cannot be reached ({type(exc).__name__})") from None
        answer.close()  # what it says is not read: it could be endless
    if answer.ok and answer.status_code < 300:
        return f"webhook {name} answered {answer.status_code}"
    if answer.status_code == 429 or answer.status_code >= 500:
        asked = answer.headers.get("Retry-After", "").strip()
        patience = float(asked) if asked.isascii() and asked.isdigit() else None
        raise Unreachable(f"webhook {name} answered {answer.status_code}", patience)
    raise Refused(f"webhook {name} answered {answer.status_code}; make a new one and put its address there")


def _call_apprise(entry: Mapping[str, Any], notice: Notice) -> str:
    name = entry["name"]
    try:
        apprise = import_module("apprise")
    except ImportError:
        raise Refused(
            f"webhook {name} is neither http nor https; install complaint-gift[apprise] for others"
        ) from None
    caller = apprise.Apprise()
    if not caller.add(str(entry["url"])):
        raise Refused(f"webhook {name}: Apprise does not know this kind of address; correct its secret")
    if not caller.notify(title=notice.subject, body=notice.text):
        raise Unreachable(f"webhook {name}: Apprise could not deliver")
    return f"webhook {name} told through Apprise"


class NotPublic(NewConnectionError):
    """The socket leads to an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, mapped and embedded forms included."""
    ip = ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    teredo = getattr(ip, "teredo", None)
    inside = [inner] if inner else [*(teredo or ())]
    return ip.is_global and not ip.is_multicast and all(one.is_global for one in inside)


def _checked(connection: HTTPConnection, made: socket.socket) -> socket.socket:
    if is_public(str(made.getpeername()[0])):
        return made
    made.close()
    raise NotPublic(connection, "the address is not public")


class _PublicHttp(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PublicHttps(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PublicHttpPool(HTTPConnectionPool):
    ConnectionCls = _PublicHttp


class _PublicHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHttps


class _PublicAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _PublicHttpPool, "https": _PublicHttpsPool}


def _is_private(exc: BaseException | None) -> bool:
    """Requests wraps urllib3, which wraps itself."""
    seen = 0
    while exc is not None and seen < 10:
        reason = getattr(exc, "reason", None)
        if isinstance(exc, NotPublic) or isinstance(reason, NotPublic):
            return True
        first = exc.args[0] if exc.args else None
        exc, seen = (first if isinstance(first, BaseException) else exc.__cause__), seen + 1
    return False

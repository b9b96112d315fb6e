"""Talking to a helpdesk over HTTP so that whatever happens ends in an answer, Refused or Unreachable.

Nothing in here waits: a 429 becomes Unreachable with the time that the helpdesk asked for, and the caller
schedules its work again. No redirect is followed (it would carry credentials elsewhere), no answer is read
beyond its size limit or its time, and the log gets method, path, status and time, never a header or a body.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
import structlog
import urllib3

from complaint_gift.plugin import Refused, Unreachable

LONGEST_PATIENCE = 86_400.0
_CHUNK = 65_536
_BROKEN = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
_UNSENDABLE = (requests.exceptions.InvalidHeader, UnicodeEncodeError)
_WINDOW = re.compile(r"remaining=\s*0\b.*?resets=\s*(\d+)")
_log = structlog.get_logger(__name__)


class Credentials(Protocol):
    """What goes into the Authorization header."""

    def header(self) -> str:
        """The value of the header; raises Refused or Unreachable."""

    def renew(self, rejected: str) -> bool:
        """The helpdesk rejected this value: True when the next `header()` may give a better one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the helpdesk said, read to the end. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("nested too deeply") from None

    def clock_apart(self) -> float:
        """Seconds between our clock and the helpdesk's; 0 where it does not tell its own."""
        try:
            there = parsedate_to_datetime(self.headers.get("date", ""))
            return abs((datetime.now(UTC) - there).total_seconds())
        except (ValueError, TypeError):
            return 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: seconds to connect, between two bytes and for the whole answer; bytes."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 45.0
    size: int = 16 * 2**20


class Client:
    """One helpdesk at one address.

    `source` starts every sentence of its errors. Tests patch nothing but the network: `responses` works.
    """

    def __init__(
        self,
        base_url: str,
        *,
        source: str,
        credentials: Credentials | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.source = source
        self.credentials = credentials
        self.limits = limits or Limits()
        self.session = self._open_session()
        self._owner = os.getpid()

    def _open_session(self) -> requests.Session:
        session = requests.Session()
        session.headers["User-Agent"] = "complaint-gift"
        session.headers["Accept"] = "application/json"
        # A proxy of the environment is for the world outside, not for a neighbour on this machine.
        session.trust_env = not _is_loopback(self.base_url)
        # Nothing but our credentials shall say who we are.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON of the answer, None for an empty one; raises Refused or Unreachable."""
        return self.ask("GET", path, params=params)

    def post(self, path: str, body: Any) -> Any:
        """As `get`, with a JSON body."""
        return self.ask("POST", path, body=body)

    def put(self, path: str, body: Any) -> Any:
        """As `get`, with a JSON body."""
        return self.ask("PUT", path, body=body)

    def delete(self, path: str, body: Any = None) -> Any:
        """As `get`, with a JSON body if there is one."""
        return self.ask("DELETE", path, body=body)

    def ask(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The JSON of a successful answer; raises Refused (with status and code) or Unreachable."""
        answer = self.send(method, path, params=params, body=body)
        if not answer.body.strip():
            return None
        try:
            return answer.json()
        except ValueError:
            # A maintenance page or a proxy's login form; the helpdesk itself will speak JSON again.
            raise Unreachable(
                f"{self.source}: the answer to {method} {path} is not JSON; "
                "something stands between us and the helpdesk, or its address is wrong."
            ) from None

    def send(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Answer:
        """The successful answer as it came; raises Refused or Unreachable."""
        used = self.credentials.header() if self.credentials else ""
        answer = self._exchange(method, path, params, body, used)
        if answer.status == 401 and self.credentials and self.credentials.renew(used):
            answer = self._exchange(method, path, params, body, self.credentials.header())
        if not 200 <= answer.status < 300:
            raise self._refusal(method, path, answer)
        return answer

    def _exchange(
        self, method: str, path: str, params: Mapping[str, Any] | None, body: Any, authorization: str
    ) -> Answer:
        started = time.monotonic()
        headers = {"Authorization": authorization} if authorization else {}
        if self._owner != os.getpid():
            # Two processes that share a connection after a fork would read each other's answers.
            self.session, self._owner = self._open_session(), os.getpid()
        try:
            with self.session.request(
                method,
                self.base_url + path,
                params=params,
                json=body,
                headers=headers,
                auth=_no_netrc,
                timeout=(self.limits.connect, self.limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = self._read(response, started)
        except (requests.Timeout, requests.ConnectionError, *_BROKEN) as exc:
            self._note(method, path, started, why=type(exc).__name__)
            raise self._silence(method, path, exc) from exc
        except _UNSENDABLE as exc:
            self._note(method, path, started, why=type(exc).__name__)
            raise self._unsendable(method, path) from None
        except requests.RequestException as exc:
            self._note(method, path, started, why=type(exc).__name__)
            why = type(exc).__name__
            text = f"{self.source}: {method} {path} cannot be sent or read ({why}); check the address."
            raise Refused(text) from exc
        self._note(method, path, started, status=response.status_code)
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, named, content)

    def _read(self, response: requests.Response, started: float) -> bytes:
        content = bytearray()
        while chunk := _read_some(response):
            content += chunk
            if len(content) > self.limits.size:
                text = f"an answer is larger than {self.limits.size} bytes; it was not read further"
                raise Refused(f"{self.source}: {text}.", status=response.status_code)
            if time.monotonic() - started > self.limits.total:
                raise requests.ReadTimeout("the answer trickles")
        return bytes(content)

    def _silence(self, method: str, path: str, exc: requests.RequestException) -> Unreachable:
        if isinstance(exc, requests.exceptions.SSLError):
            why = "its certificate cannot be trusted"
        elif isinstance(exc, requests.Timeout):
            why = f"no whole answer came within {self.limits.read:g} seconds"
        elif isinstance(exc, _BROKEN):
            why = "the connection broke in the middle of the answer"
        else:
            why = "the connection failed"
        return Unreachable(f"{self.source}: {method} {path} got no answer, {why}; it will be tried again.")

    def _unsendable(self, method: str, path: str) -> Unreachable:
        # As with a 401: whoever repairs the credentials shall find the work still waiting.
        why = "the credentials hold a letter that no header takes; check them in the configuration"
        return Unreachable(f"{self.source}: {method} {path} was not sent, {why}.", retry_after=60.0)

    def _refusal(self, method: str, path: str, answer: Answer) -> Refused | Unreachable:
        code, words = _read_refusal(answer)
        said = f" ({words})" if words else ""
        asked = f"{self.source}: {method} {path}"
        if answer.status == 401:
            # Whoever repairs the credentials shall find the work still waiting.
            text = f"{asked} was not let in{said}; check the credentials in the configuration."
            return Unreachable(text, retry_after=60.0, status=answer.status)
        if answer.status in (408, 425, 429) or answer.status >= 500:
            patience = read_patience(answer.headers, datetime.now(UTC))
            text = f"{asked} was put off with {answer.status}{said}; it will be tried again."
            reason = answer.headers.get("ratelimit-reason", "")
            return Unreachable(text, retry_after=patience, status=answer.status, code=reason)
        if 300 <= answer.status < 400:
            text = f"{asked} leads elsewhere ({answer.status}), which is not followed; check the address."
        else:
            text = f"{asked} was refused with {answer.status}{said}."
        return Refused(text, status=answer.status, code=code)

    def _note(self, method: str, path: str, started: float, **seen: Any) -> None:
        took = round((time.monotonic() - started) * 1000)
        _log.info("helpdesk asked", source=self.source, method=method, path=path, ms=took, **seen)


def _read_some(response: requests.Response) -> bytes:
    """What there is, at most _CHUNK; `iter_content` would wait until so much has come. Raises as it does."""
    try:
        found: bytes = response.raw.read1(_CHUNK, decode_content=True)
    except urllib3.exceptions.ReadTimeoutError as exc:
        raise requests.ReadTimeout(exc) from exc
    except urllib3.exceptions.SSLError as exc:
        raise requests.exceptions.SSLError(exc) from exc
    except urllib3.exceptions.HTTPError as exc:
        raise requests.exceptions.ChunkedEncodingError(exc) from exc
    return found


def read_patience(headers: Mapping[str, str], now: datetime) -> float | None:
    """How many seconds the helpdesk asks us to wait, None when it does not say. Names are lower case.

    Understood are Retry-After (seconds or a date), RateLimit-Remaining 0 with RateLimit-Reset, the same with
    X- and a date, and any header of rate limits that reads "remaining=0; resets=468". The longest of the last
    counts, at most a day.
    """
    named = headers.get("retry-after", "").strip()
    if named:
        waits = [_seconds_until(named, now)]
    else:
        waits = [
            _seconds_until(found[1], now) for found in map(_WINDOW.search, _limit_headers(headers)) if found
        ]
        if headers.get("ratelimit-remaining", "").strip() == "0":
            waits.append(_seconds_until(headers.get("ratelimit-reset", "").strip(), now))
        if headers.get("x-ratelimit-remaining", "").strip() == "0":
            waits.append(_seconds_until_date(headers.get("x-ratelimit-reset", "").strip(), now))
    known = [wait for wait in waits if wait is not None]
    return max(known) if known else None


def _limit_headers(headers: Mapping[str, str]) -> list[str]:
    return [value for name, value in headers.items() if "ratelimit" in name.replace("-", "")]


def _seconds_until(value: str, now: datetime) -> float | None:
    seconds: float | None = None
    if re.fullmatch(r"\d{1,12}(\.\d+)?", value, re.ASCII):
        seconds = float(value)
    else:
        with suppress(ValueError, TypeError):
            seconds = (parsedate_to_datetime(value) - now).total_seconds()
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_PATIENCE)


def _seconds_until_date(value: str, now: datetime) -> float | None:
    """Only dates: under this name some count seconds since 1970 and others seconds from now."""
    with suppress(ValueError, TypeError):
        return min(max((datetime.fromisoformat(value) - now).total_seconds(), 0.0), LONGEST_PATIENCE)
    return None


def _read_refusal(answer: Answer) -> tuple[str, str]:
    """(code, words) of an error body in any of the shapes that helpdesks use; the words fit one line."""
    try:
        body = answer.json()
    except ValueError:
        return "", ""
    errors = body.get("errors") if isinstance(body, dict) else None
    found = errors[0] if isinstance(errors, list) and errors else body
    if not isinstance(found, dict):
        return "", ""
    inner = found.get("error")
    part: Mapping[str, Any] = inner if isinstance(inner, dict) else found
    code = next((part[k] for k in ("code", "error", "title") if isinstance(part.get(k), str)), "")
    keys = ("detail", "description", "error_description", "message")
    words = next((part[k] for k in keys if isinstance(part.get(k), str)), "") or _read_messages(part)
    told = ": ".join(dict.fromkeys(word for word in (code, words, _first_detail(part)) if word))
    return code, " ".join(told.split())[:200].rstrip(" .")


def _read_messages(part: Mapping[str, Any]) -> str:
    """As Jira says it: errorMessages, errorMessage, or errors by the name of a field."""
    told = part.get("errorMessages")
    found = [word for word in told if isinstance(word, str)] if isinstance(told, list) else []
    if isinstance(part.get("errorMessage"), str):
        found.append(part["errorMessage"])
    fields = part.get("errors")
    if isinstance(fields, dict):
        found += [f"{name}: {word}" for name, word in fields.items() if isinstance(word, str)]
    return next((word for word in found if word), "")


def _first_detail(part: Mapping[str, Any]) -> str:
    """The first text under `details`, which reads {"status": [{"description": "Status: closed ..."}]}."""
    details = part.get("details")
    for entries in details.values() if isinstance(details, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("description"), str):
                return str(entry["description"])
    return ""


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth`, requests would put a password from ~/.netrc over our own header."""
    return request


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

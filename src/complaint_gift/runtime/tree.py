"""The whole product as one process tree: which programs, in which order, on which addresses."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from complaint_gift.learned.encoder import available
from complaint_gift.runtime.gate import has_doors
from complaint_gift.runtime.parts import ears_socket
from complaint_gift.runtime.settings import Settings
from complaint_gift.runtime.supervisor import Program, Spawned, Supervisor
from complaint_gift.runtime.valkey import EmbeddedValkey, url_of

WEB, WORK, EARS, BELL = range(
    4
)  # the order of stopping: nothing new comes in, then work ends, then the queue
WORKER_PATIENCE = 12.0
GATE_PATIENCE = 20.0  # a mail under way is let through


class PortTaken(Exception):
    """Somebody else listens on our port. The message says what to do."""


def supervise(
    settings: Settings,
    say: Callable[[str], None],
    *,
    application: str = "",
    logs: Path | None = None,
    announce: Callable[[], None] = lambda: None,
) -> int:
    """Run everything until Ctrl-C or SIGTERM; gives the exit status.

    `application`: another WSGI application than ours. `logs`: a folder for what the programs say, instead
    of our own output. Raises ValkeyNotUsable and PortTaken before anything is left running.
    """
    require_port(settings)
    if logs is not None:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    ears_socket(settings).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    supervisor = Supervisor(say)
    if not settings.redis_url:
        supervisor.add("Valkey", EmbeddedValkey(settings.valkey_folder), stage=BELL)
    environ = environment_of(settings)
    for program in programs_of(settings, application):
        log = logs / f"{program.name.replace(' ', '-')}.log" if logs else None
        supervisor.add(program.name, Spawned(program, environ, log), stage=program.stage)
    return supervisor.run(lambda: is_ready(settings), announce)


def programs_of(settings: Settings, application: str = "") -> list[Program]:
    """What runs beside Valkey, in the order of starting."""
    ours = [sys.executable, "-m", "complaint_gift.cli"]
    web = [*ours, "web", *(["--application", application] if application else [])]
    programs = [Program("web", web, WEB), Program("ticker", [*ours, "ticker"], WORK)]
    for number in range(1, settings.workers + 1):
        programs.append(Program(f"worker {number}", [*ours, "worker"], WORK, patience=WORKER_PATIENCE))
    if has_doors(settings):
        programs.append(Program("gate", [*ours, "gate"], WEB, patience=GATE_PATIENCE))
    if available():
        ears = [sys.executable, "-m", "complaint_gift.learned", str(ears_socket(settings))]
        programs.insert(0, Program("ears", ears, EARS, patience=3.0))
    return programs


def environment_of(settings: Settings) -> dict[str, str]:
    """What the programs find in their environment: everything by absolute path."""
    environ: dict[str, str] = dict(os.environ) | {
        "DATA": str(settings.data),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url or url_of(settings.valkey_folder),
        "PYTHONUNBUFFERED": "1",
    }
    if settings.config is not None:
        environ["CG_CONFIG"] = str(settings.config)
    return environ


def require_port(settings: Settings) -> None:
    """Raise PortTaken in words now, instead of a web server that starts over and over."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as exc:
            raise PortTaken(
                f"Nobody can listen on {settings.host}:{settings.port} ({exc.strerror}): end what runs there "
                f"or choose another port, as PORT={settings.port % 65535 + 1}."
            ) from None


def is_ready(settings: Settings) -> bool:
    """True when web answers that all parts work."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()

"""A real Postfix on loopback, with a folder and ports of its own; nothing of the system's is touched.

`plain` takes mail as it is, `guarded` hands it to the gate first (smtpd_proxy_filter), `behind` takes it back
from the gate, `asking` asks the gate as a milter. What Postfix sends on goes by LMTP to `sink`, a port of the
test's.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = {commands}
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.shop.test
mydomain = shop.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_sasl_authenticated_header = yes
default_transport = {onward}
relay_transport = {onward}
alias_maps =
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
smtputf8_enable = yes
disable_dns_lookups = yes
smtpd_peername_lookup = no
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
"""
_GUARDED = "\n  ".join(
    ("", "-o smtpd_proxy_filter=127.0.0.1:{gate}", "-o smtpd_client_connection_count_limit=50")
)
_BEHIND = "\n  ".join(
    (
        "",
        "-o smtpd_authorized_xforward_hosts=127.0.0.0/8",
        "-o smtpd_client_restrictions=",
        "-o smtpd_helo_restrictions=",
        "-o smtpd_sender_restrictions=",
        "-o smtpd_data_restrictions=",
        "-o smtpd_recipient_restrictions=permit_mynetworks,reject",
        "-o receive_override_options=no_unknown_recipient_checks",
        "-o content_filter=",
    )
)
_ASKING = "\n  ".join(("", "-o smtpd_milters=inet:127.0.0.1:{milter}", "-o milter_default_action=tempfail"))
_MASTER = """
127.0.0.1:{plain} inet n - n - 50 smtpd
127.0.0.1:{guarded} inet n - n - 50 smtpd{guard}
127.0.0.1:{behind} inet n - n - 50 smtpd{back}
127.0.0.1:{asking} inet n - n - 50 smtpd{ask}
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
lmtp      unix  - - n - - lmtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class NotInstalled(Exception):
    """There is no Postfix here, or nobody who may start it."""


@dataclass(frozen=True)
class Ports:
    """Where this Postfix listens, and where it expects gate and sink (0: what it sends on is thrown away)."""

    plain: int
    guarded: int
    behind: int
    gate: int
    sink: int
    asking: int
    milter: int


def choose_ports() -> Ports:
    """Seven that are free now."""
    probes = [socket.socket() for _ in range(7)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    numbers = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return Ports(*numbers)


@contextmanager
def running(ports: Ports) -> Iterator[Path]:
    """Postfix until the block ends; gives its folder, whose log/mail.log tells all. Raises NotInstalled."""
    program = shutil.which("postfix", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    daemons = Path("/usr/lib/postfix/sbin")
    if program is None or not daemons.is_dir():
        raise NotInstalled("needs Postfix: apt-get install postfix")
    if os.geteuid() != 0:
        raise NotInstalled("needs Postfix, which only root can start")
    folder = Path(tempfile.mkdtemp(prefix="cg-postfix-"))
    try:
        _write(folder, ports, Path(program).parent, daemons)
        _call(program, folder, "start")
        try:
            for port in (ports.plain, ports.guarded, ports.behind, ports.asking):
                _await_port(port, folder)
            yield folder
        finally:
            _call(program, folder, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, ports: Ports, commands: Path, daemons: Path) -> None:
    folder.chmod(0o755)
    for name in ("queue", "data", "log", "etc"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    onward = f"lmtp:inet:127.0.0.1:{ports.sink}" if ports.sink else "discard:"
    told = {"folder": folder, "commands": commands, "daemons": daemons, "onward": onward, **vars(ports)}
    (folder / "etc" / "main.cf").write_text(_MAIN.format(**told).lstrip())
    guards = {"guard": _GUARDED.format(**told), "back": _BEHIND, "ask": _ASKING.format(**told)}
    master = _MASTER.format(**told, **guards)
    (folder / "etc" / "master.cf").write_text(master.lstrip())


def _call(program: str, folder: Path, command: str) -> None:
    done = subprocess.run(
        [program, "-c", str(folder / "etc"), command], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode:
        raise RuntimeError(f"postfix {command}: {done.stdout}{done.stderr}{_log_of(folder)}")


def _await_port(port: int, folder: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
                if link.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"Postfix does not listen on {port}: {_log_of(folder)}")


def _log_of(folder: Path) -> str:
    path = folder / "log" / "mail.log"
    return path.read_text("utf-8", "replace")[-3000:] if path.exists() else ""

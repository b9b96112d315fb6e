"""Where the gate and the milter listen: a port, or a socket in a folder."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from complaint_gift.plugin import PluginError

Place = Path | tuple[str, int]


class PlaceTaken(PluginError):
    """Nobody can listen there."""


def bind(source: str, place: Place, *, shown: str, key: str) -> socket.socket:
    """A socket that is bound and does not block; raises PlaceTaken.

    `shown` is the place and `key` its name, as they stand in the settings below `gate`.
    """
    made = _make(place)
    try:
        if isinstance(place, Path):
            _clear(place)
            made.bind(str(place))
            # The mail server is another user: the folder says who gets here.
            os.chmod(place, 0o666)  # noqa: S103
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(place)
    except OSError as exc:
        made.close()
        raise PlaceTaken(
            f"{source}: nobody can listen on {shown} ({exc.strerror}); end what runs there or choose "
            f"another gate: {key}"
        ) from None
    made.setblocking(False)
    return made


def _make(place: Place) -> socket.socket:
    if isinstance(place, Path):
        return socket.socket(socket.AF_UNIX)
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's delay on: 40 ms for each mail.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens to any more; raises OSError where somebody does."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()

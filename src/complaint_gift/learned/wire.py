"""The language of the inference socket: a length of four bytes, then JSON."""

import json
import socket
import struct
from typing import Any, Final

LENGTH: Final = struct.Struct(">I")
LARGEST: Final = 4 * 1024 * 1024


class Broken(Exception):
    """The other side went away or does not speak this language."""


def send(connection: socket.socket, content: Any) -> None:
    # Half of a surrogate pair cannot travel as UTF-8, an escape can.
    payload = json.dumps(content).encode("ascii")
    connection.sendall(LENGTH.pack(len(payload)) + payload)


def receive(connection: socket.socket) -> Any:
    """The next content; raises Broken at the end of the stream or on nonsense, OSError as sockets do."""
    (length,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
    if length > LARGEST:
        raise Broken(f"{length} bytes announced, at most {LARGEST} allowed")
    try:
        return json.loads(_exactly(connection, length))
    except ValueError as problem:
        raise Broken("not JSON") from problem


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(min(65536, count - len(parts)))
        if not part:
            raise Broken("the other side closed the connection")
        parts += part
    return bytes(parts)

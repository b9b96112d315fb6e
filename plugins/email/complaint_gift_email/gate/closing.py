"""How a door is shut without forgetting who has just come in."""

from __future__ import annotations

import asyncio

_ROUNDS = 8


async def shut(server: asyncio.Server) -> None:
    """Take nobody new, and give whoever was let in at the last moment what a connection gets.

    CPython up to 3.12 drops a connection that is accepted while its server closes, without closing it:
    the other side would wait for an answer. So nobody is accepted any more before the server closes.
    """
    loop = asyncio.get_running_loop()
    for door in server.sockets:
        loop.remove_reader(door.fileno())
    await rounds()
    server.close()


async def rounds() -> None:
    """Some rounds of the loop: a connection takes three or four from its door to its talk, and back."""
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)

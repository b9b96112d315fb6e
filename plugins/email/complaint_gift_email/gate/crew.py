"""Where mails are judged: in processes beside the one that talks SMTP, or in threads of it.

Python runs one thread at a time. With the judging in threads, a client's every short line waits for the turn
of the thread that talks, and a mail server behind the gate is mostly asked late. Processes wait for nobody.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn, Protocol

import structlog

from complaint_gift.plugin import PluginError, Unreachable
from complaint_gift_email.gate.judging import note_broken

ASK_SECONDS = 90.0  # less than Postfix waits for a filter, so that whoever sends hears a reason
END_SECONDS = 5.0
_SIZE = struct.Struct("!Q")

log = structlog.get_logger(__name__)

Work = Callable[..., Any]


class Hands(Protocol):
    """Whoever does the tasks of a gate."""

    @property
    def is_whole(self) -> bool:
        """False once the gate should be started anew."""

    async def open(self) -> None:
        """To be called once, in the event loop that will ask."""

    async def ask(self, task: str, *given: Any) -> Any:
        """Have it done; raises PluginError."""

    async def close(self) -> None:
        """End what is under way."""


class Threads:
    """In this process."""

    def __init__(self, work: Work, size: int) -> None:
        self._work = work
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="gate")
        self.is_whole = True

    async def open(self) -> None:
        """Threads start when they are needed."""

    async def ask(self, task: str, *given: Any) -> Any:
        """See Hands."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._work, task, *given)

    async def close(self) -> None:
        """See Hands."""
        self._threads.shutdown(wait=True)


@dataclass(slots=True)
class _Member:
    """One process, and our end of the line to it."""

    number: int
    link: socket.socket
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    @property
    def is_gone(self) -> bool:
        if self.reader is None or self.writer is None:
            return False
        # Killed with a task unread, or written to before its end was seen, it leaves a line that is reset and
        # never comes to its end.
        return self.reader.at_eof() or self.writer.is_closing()


class Crew:
    """`size` processes, each with one task at a time. `born` is called in each of them.

    They are forks, made by `fork` and before this process has a second thread. A process that ends is not
    made again: the mail it had hears 451, and `is_whole` tells that the gate should be started anew.
    """

    def __init__(self, work: Work, size: int, born: Callable[[], None]) -> None:
        self._work, self._size, self._born = work, size, born
        self._members: list[_Member] = []

    @property
    def is_whole(self) -> bool:
        """See Hands."""
        return not any(member.is_gone for member in self._members)

    def fork(self) -> None:
        """Make the processes."""
        for _ in range(self._size):
            ours, theirs = socket.socketpair()
            number = os.fork()
            if number == 0:
                # An end that stays open here would hide from a brother that the gate is gone.
                for link in (ours, *(member.link for member in self._members)):
                    link.close()
                self._live(theirs)
            theirs.close()
            self._members.append(_Member(number, ours))

    def _live(self, link: socket.socket) -> NoReturn:
        status = 1
        try:
            # Whoever stops the gate stops us by the end of the line, when no mail is under way any more.
            for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(sent, signal.SIG_IGN)
            self._born()
            with link, link.makefile("rb") as reading:
                while (asked := _receive(reading)) is not None:
                    link.sendall(_frame(self._do(*asked)))
            status = 0
        except (OSError, EOFError):
            status = 0  # the gate is gone
        except BaseException as exc:
            note_broken(exc if isinstance(exc, Exception) else RuntimeError())
        finally:
            os._exit(status)

    def _do(self, task: str, *given: Any) -> tuple[bool, Any]:
        try:
            return True, self._work(task, *given)
        except PluginError as exc:
            return False, str(exc)
        except Exception as exc:
            note_broken(exc)
            return False, "the gate broke; see its log"

    async def open(self) -> None:
        """See Hands."""
        # The last one to become free is asked first: its memory is warm, and the others may sleep.
        self._free: asyncio.LifoQueue[_Member] = asyncio.LifoQueue()
        for member in self._members:
            member.reader, member.writer = await asyncio.open_unix_connection(sock=member.link)
            self._free.put_nowait(member)

    async def ask(self, task: str, *given: Any) -> Any:
        """See Hands."""
        exchange = asyncio.ensure_future(self._exchange(task, given))
        exchange.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(ASK_SECONDS):
                # Shielded: the answer must be taken off the line even when nobody waits for it any more.
                is_done, told = await asyncio.shield(exchange)
        except TimeoutError:
            raise Unreachable(f"a mail was not judged in {ASK_SECONDS:g} s") from None
        if not is_done:
            raise Unreachable(told)
        return told

    async def _exchange(self, task: str, given: tuple[Any, ...]) -> tuple[bool, Any]:
        member = await self._take()
        assert member.reader is not None  # noqa: S101 - open() came before
        assert member.writer is not None  # noqa: S101
        try:
            member.writer.write(_frame((task, *given)))
            await member.writer.drain()
            (size,) = _SIZE.unpack(await member.reader.readexactly(_SIZE.size))
            answer: tuple[bool, Any] = _unpack(await member.reader.readexactly(size))
        except (OSError, asyncio.IncompleteReadError):
            raise _gone(member) from None
        finally:
            self._free.put_nowait(member)
        return answer

    async def _take(self) -> _Member:
        while (member := await self._free.get()).is_gone:
            if all(one.is_gone for one in self._members):
                self._free.put_nowait(member)  # the next one who waits hears of it too
                raise _gone(member)
        return member

    async def close(self) -> None:
        """See Hands."""
        for member in self._members:
            if member.writer is not None:
                member.writer.close()
        await asyncio.to_thread(self.end)

    def end(self) -> None:
        """Wait until they have ended, not for ever."""
        for member in self._members:
            member.link.close()
        until = time.monotonic() + END_SECONDS
        while self._members:
            member = self._members.pop()
            while _is_running(member.number):
                if time.monotonic() > until:
                    os.kill(member.number, signal.SIGKILL)
                    os.waitpid(member.number, 0)
                    break
                time.sleep(0.01)


def _gone(member: _Member) -> Unreachable:
    log.error("gate-judge-gone", process=member.number)
    return Unreachable("a process that judges mails has ended")


def _is_running(number: int) -> bool:
    with suppress(ChildProcessError):
        return os.waitpid(number, os.WNOHANG) == (0, 0)
    return False


def _frame(told: Any) -> bytes:
    packed = pickle.dumps(told, pickle.HIGHEST_PROTOCOL)
    return _SIZE.pack(len(packed)) + packed


def _receive(reading: BinaryIO) -> Any:
    head = reading.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    return _unpack(reading.read(_SIZE.unpack(head)[0]))


def _unpack(packed: bytes) -> Any:
    return pickle.loads(packed)  # noqa: S301 - a line between a process and its own fork

"""What is computed once is computed without a lock, so that no forked child waits for one."""

import os
import subprocess
import sys
import threading

import pytest

from complaint_gift.text import Text
from complaint_gift.text.once import Once


class Slow:
    def __init__(self, gate: threading.Event | None = None) -> None:
        self.gate, self.count = gate, 0

    @Once
    def answer(self) -> int:
        """What it says."""
        self.count += 1
        if self.gate is not None:
            self.gate.wait(10)
        return 42


def test_it_is_computed_when_asked_and_once() -> None:
    slow = Slow()
    assert slow.count == 0
    assert [slow.answer, slow.answer, slow.count] == [42, 42, 1]
    assert Slow.answer.__doc__ == "What it says."


@pytest.mark.timeout(20)
def test_one_object_does_not_wait_for_another() -> None:
    gate = threading.Event()
    waiting = threading.Thread(target=lambda: Slow(gate).answer)
    waiting.start()
    assert Slow().answer == 42
    gate.set()
    waiting.join()


def test_child_of_a_process_that_reads_a_text_can_read_one() -> None:
    code = """
import os, signal, threading
from complaint_gift.text import tokens
from complaint_gift.text import Text
inside, gate = threading.Event(), threading.Event()
real = tokens.quotations
tokens.quotations = lambda raw: (inside.set(), gate.wait(), real(raw))[2]
threading.Thread(target=lambda: Text("one").quotes, daemon=True).start()
inside.wait()
tokens.quotations = real
pid = os.fork()
if pid == 0:
    signal.alarm(5)
    os._exit(0 if Text("two").quotes == [] else 1)
os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=os.environ, timeout=60)
    assert done.returncode == 0


def test_a_text_says_the_same_twice() -> None:
    text = Text("One. «Two» three.")
    assert text.sentences is text.sentences

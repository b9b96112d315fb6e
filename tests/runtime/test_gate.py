"""The process that opens the doors of plugins, and what health, doctor and metrics say of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from complaint_gift.plugin import Fate, Outgoing, PluginError, Ruling, Source, Unreachable
from complaint_gift.runtime.gate import Gate, ServiceDesk, has_doors
from complaint_gift.runtime.settings import Settings
from complaint_gift.runtime.tree import programs_of
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.receiving import UnknownSource


@dataclass
class Door:
    name: str
    log: list[str]
    is_taken: bool = False

    def start(self) -> None:
        if self.is_taken:
            raise PluginError("mail: nobody can listen there")
        self.log.append(f"open {self.name}")

    def stop(self) -> None:
        self.log.append(f"close {self.name}")


@dataclass
class Mail:
    doors: list[Door] = field(default_factory=list)

    def listens(self, source: Source) -> bool:
        return bool(source.settings.get("gate"))

    def listeners(self, source: Source, desk: Any) -> list[Door]:
        return self.doors


def make_settings(plugin: Any, **settings: Any) -> Settings:
    source = Source("mail", "mail", settings)
    return Settings(
        config=None, data=Path(), host="127.0.0.1", port=8080, database_url="", redis_url="redis://x",
        sources={"mail": source}, plugins={"mail": plugin},
    )  # fmt: skip


def test_only_a_source_with_doors_starts_a_gate() -> None:
    with_gate, without = make_settings(Mail(), gate={"port": 1}), make_settings(Mail())
    assert has_doors(with_gate)
    assert not has_doors(without)
    assert not has_doors(make_settings(object(), gate={"port": 1})), "a plugin that has no doors at all"
    assert "gate" in [program.name for program in programs_of(with_gate)]
    assert "gate" not in [program.name for program in programs_of(without)]


def make_gate(plugin: Mail) -> Gate:
    settings = make_settings(plugin, gate={"port": 1})
    service = SimpleNamespace(means=SimpleNamespace(sources=settings.sources))
    return Gate(SimpleNamespace(settings=settings, service=service))  # type: ignore[arg-type]


def test_doors_are_closed_in_reverse() -> None:
    log: list[str] = []
    gate = make_gate(Mail([Door("a", log), Door("b", log)]))
    gate.start()
    gate.stop()
    assert log == ["open a", "open b", "close b", "close a"]


def test_a_door_that_cannot_be_opened_stops_the_start_in_words() -> None:
    log: list[str] = []
    gate = make_gate(Mail([Door("a", log), Door("b", log, is_taken=True)]))
    with pytest.raises(PluginError, match="nobody can listen"):
        gate.start()
    gate.stop()
    assert log == ["open a", "close a"]


class Broken:
    """A service whose database is away, or that does not know a source."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any) -> None:
            raise self.error

        return fail


class Remembering:
    def memory(self, source: str) -> Any:
        return Broken(StoreUnavailable("the database is locked"))


def test_a_plugin_hears_of_the_database_as_unreachable(mail: Outgoing) -> None:
    desk = ServiceDesk(Broken(StoreUnavailable("the database is locked")))  # type: ignore[arg-type]
    ruling = Ruling(Fate.TELL)
    for ask in (
        lambda: desk.rule(mail, Fate.HOLD),
        lambda: desk.keep(mail, ruling),
        lambda: desk.take("mail", "k", {}, b""),
        lambda: ServiceDesk(Remembering()).memory("mail").whereabouts(["1"]),  # type: ignore[arg-type]
        lambda: ServiceDesk(Remembering()).memory("mail").conversation("1"),  # type: ignore[arg-type]
    ):
        with pytest.raises(Unreachable, match="locked"):
            ask()
    desk.forget(replace(ruling, number=3))
    lost = ServiceDesk(Broken(UnknownSource("gone")))  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        lost.take("gone", "k", {}, b"")


@pytest.fixture
def mail() -> Outgoing:
    from complaint_gift.domain import Author, Role

    return Outgoing("mail", "k", Author("a", Role.AGENT), "text", b"raw", {})

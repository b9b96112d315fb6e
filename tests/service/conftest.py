"""A small world for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from small_world import World, make_store, make_template

from complaint_gift.service.policyfile import load_policy

PEOPLE = """
extends: default
people:
  owner: [{name: Olga Owner, accounts: [own], email: owner@example.com, helpdesk_id: own}]
  director: [{name: Dora Director, email: director@example.com, helpdesk_id: dir}]
  staff: [{name: Dana Whitfield, accounts: [a1, dana@example.com], email: dana@example.com}]
"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def make_world(template: Path, tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds; `policy` is text on top of the one with people."""
    with ExitStack() as stack:
        count = 0

        def make(policy: str = PEOPLE, **more: Any) -> World:
            nonlocal count
            count += 1
            file = tmp_path / f"policy{count}.yaml"
            file.write_text(policy, "utf-8")
            store = stack.enter_context(make_store(template, tmp_path / f"world{count}"))
            return World(store, load_policy(file), **more)

        yield make


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()

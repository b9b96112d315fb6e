"""While rules and words are built nothing is collected, and afterwards all is as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from complaint_gift.text.building import building


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_collects_again_after_the_outermost() -> None:
    with building():
        with building():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_collects_again_after_a_mistake() -> None:
    with pytest.raises(ValueError, match="wrong"), building():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_who_had_switched_it_off_finds_it_off() -> None:
    gc.disable()
    with building():
        pass
    assert not gc.isenabled()

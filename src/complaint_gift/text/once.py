"""A property that is computed once, without a lock.

`functools.cached_property` of Python 3.11 has one lock for all objects of a class: threads wait for each
other, and a process that forks while a thread holds it leaves its child waiting for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Once(Generic[T]):
    """Decorates a method whose answer stays the same; two threads may compute it twice."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, one: None, owner: type) -> Once[T]: ...

    @overload
    def __get__(self, one: object, owner: type) -> T: ...

    def __get__(self, one: object | None, owner: type) -> Once[T] | T:
        if one is None:
            return self
        # No data descriptor: from now on Python finds the answer in the object and does not come here.
        answer = one.__dict__[self._name] = self._compute(one)
        return answer

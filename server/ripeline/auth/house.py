"""What sign-in needs of the running server, without knowing the rest of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, cast

from starlette.requests import HTTPConnection

from ripeline.settings import Settings
from ripeline.store.database import Connection, Database

T = TypeVar("T")


class Write(Protocol):
    """Run one function in one transaction on the writer's thread."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class House(Protocol):
    """The part of `running.Running` that auth uses."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def write(self) -> Write: ...
    @property
    def secret(self) -> bytes: ...
    @property
    def demo(self) -> bool: ...
    @property
    def take_rules(self) -> Callable[[], Awaitable[None]]: ...


def house_of(request: HTTPConnection) -> House:
    return cast(House, request.app.state.running)

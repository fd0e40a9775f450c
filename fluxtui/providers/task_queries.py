"""Asking about a task at the address that the service gave, or by its id where that will not do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fluxtui.api.service import APIService
from fluxtui.domain.errors import NotFound, ServiceError, UnexpectedAnswer

Answered = TypeVar("Answered")


async def asked_at(
    api: APIService, address: str | None, own_path: str, ask: Callable[[str], Awaitable[Answered]]
) -> Answered:
    """Return what `ask` answers at the address of a task.

    What was paid for must not be out of reach because one answer named an address that is none, where nothing
    is, or on a host that may not have the key: the service is then asked by the id, at our own base.

    Args:
        api: of the profile.
        address: as the service gave it, or None.
        own_path: where the task is asked for by its id.
        ask: asks at one of them; raises `NotFound` where the task is not known there.

    Raises:
        UnexpectedAnswer: the address cannot be asked, and by its id the service does not know the task.
        NotFound: it knows it by neither.
        ServiceError: whatever else `ask` raises.
    """
    if address is None:
        return await ask(own_path)
    failure: ServiceError
    try:
        await api.check_address(address)
    except UnexpectedAnswer as error:
        failure = error
    else:
        try:
            return await ask(address)
        except NotFound as error:
            failure = error
    try:
        return await ask(own_path)
    except NotFound:
        raise failure from None

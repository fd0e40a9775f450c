"""What of pictures can be copied, as text."""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.shell import RemoteHost
from fluxtui.services.config.model import HomeSettings
from fluxtui.services.recipes.a1111 import parameters_text
from fluxtui.services.recipes.recipe import Recipe, public_parameters
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Copy:
    """Something that a key copies: its name and a word on it, and how it is made of the pictures."""

    key: str
    name: str
    note: str
    text: Callable[[Sequence[ViewItem]], str]


def paths_text(items: Sequence[ViewItem]) -> str:
    """Return a line with the path of each picture."""
    return "\n".join(str(item.path) for item in items)


def prompts_text(items: Sequence[ViewItem]) -> str:
    """Return the prompts, each once."""
    return "\n".join(dict.fromkeys(item.prompt for item in items if item.prompt))


def seeds_text(items: Sequence[ViewItem]) -> str:
    """Return a line with the seed of each picture that has one."""
    return "\n".join(str(item.seed) for item in items if item.seed is not None)


def json_text(items: Sequence[ViewItem]) -> str:
    """Return the parameters as JSON: one object, or a list where there are several pictures."""
    values = [_values(item) for item in items]
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, indent=2, default=str)


def a1111_text(items: Sequence[ViewItem]) -> str:
    """Return the parameters as the text that most tools for generated pictures read."""
    return "\n\n".join(parameters_text(_recipe(item)) for item in items)


COPIES = (
    Copy("p", "path", "on this machine", paths_text),
    Copy("m", "prompt", "what was asked for", prompts_text),
    Copy("s", "seed", "the number it grew from", seeds_text),
    Copy("j", "parameters as JSON", "for scripts", json_text),
    Copy("a", "parameters as text", "as most tools for generated pictures read them", a1111_text),
)
"""What is copied by which key; lines for a shell are made apart."""


def _values(item: ViewItem) -> dict[str, Any]:
    named = {"endpoint": item.endpoint, "finetune": item.finetune_name}
    return {name: value for name, value in named.items() if value} | public_parameters(dict(item.parameters))


def _recipe(item: ViewItem) -> Recipe:
    return Recipe(
        job_id="",
        provider="",
        endpoint=item.endpoint,
        parameters=public_parameters(dict(item.parameters)),
        finetune_name=item.finetune_name,
        seed=item.seed,
        created_at=datetime.now(UTC),
    )


def this_host(settings: HomeSettings) -> RemoteHost:
    """Return this machine as it is reached from outside. Raises `InvalidInput`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError) as error:
        raise InvalidInput(
            "This system does not tell your user's name.", next_step="Set home.host as user@host."
        ) from error
    return RemoteHost.found(
        configured=settings.host,
        port=settings.ssh_port,
        user=user,
        hostname=socket.gethostname(),
        environ=os.environ,
    )

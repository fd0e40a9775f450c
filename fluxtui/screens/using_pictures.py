"""From a picture in the whole terminal to the place where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.generation.picture_use import choose_upscaler, choose_use, choose_variation
from fluxtui.controllers.navigation import GenerateAgain, UsePicture
from fluxtui.domain.uses import Offer


@runtime_checkable
class PicturesOverPlace(Protocol):
    """A screen with pictures in the whole terminal, over the place that it was opened from."""

    def leave_pictures(self) -> Any:
        """Go back to what is below, answering with the picture that was seen last; to be awaited."""


async def leave_pictures(app: StatefulApp) -> None:
    """Leave every screen with pictures in the whole terminal, to see the place below."""
    while isinstance(app.screen, PicturesOverPlace):
        await app.screen.leave_pictures()


async def use_picture(app: StatefulApp, picture: Path, offers: Sequence[Offer] | None = None) -> None:
    """Ask what a picture is to be used for and open Generate with it in its place; nothing is sent.

    To be called in a worker.

    Args:
        app: the application.
        picture: the file.
        offers: of all profiles; they are asked where None.
    """
    await _go(app, await choose_use(app, picture, offers))


async def upscale_picture(app: StatefulApp, picture: Path) -> None:
    """Ask where a picture is to be made larger, and open Generate with it in its place; nothing is sent."""
    await _go(app, await choose_upscaler(app, picture))


async def vary_picture(app: StatefulApp, picture: Path, again: GenerateAgain | None) -> None:
    """Ask how a picture is to be varied, and open Generate with four of that; nothing is sent."""
    await _go(app, await choose_variation(app, picture, again))


async def _go(app: StatefulApp, request: GenerateAgain | UsePicture | None) -> None:
    if request is not None:
        await leave_pictures(app)
        await app.go(request)

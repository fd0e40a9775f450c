"""From a picture in the whole terminal to the place where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from fluxtui.app.state import StatefulApp
from fluxtui.controllers.generation.picture_use import choose_use
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
    request = await choose_use(app, picture, offers)
    if request is not None:
        await leave_pictures(app)
        await app.go(request)

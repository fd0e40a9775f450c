"""Taking the parameters of a picture file, whichever program made it, into the form of Generate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fluxtui.app.state import StatefulApp, guarded

if TYPE_CHECKING:
    from fluxtui.services.recipes.recall import Recalled

RECALL: Final = (
    "Recall parameters from a picture file…",
    "Ours, AUTOMATIC1111, Forge, SwarmUI, InvokeAI",
)
"""The command of the palette: its title and its help."""


def recall_from_file(app: StatefulApp, path: str = "") -> None:
    """Ask for a picture file, show what it says, and take that into the form of Generate.

    Args:
        app: whose form it is.
        path: of the file that is named at first.
    """
    from fluxtui.widgets.dialogs.base import open_dialog
    from fluxtui.widgets.recall_dialog import RecallDialog

    def take(recalled: Recalled | None) -> None:
        if recalled is not None:
            guarded(app, _use(app, recalled), doing="recalling", group="go", exclusive=True)

    open_dialog(app, RecallDialog(path), take)


async def _use(app: StatefulApp, recalled: Recalled) -> None:
    from fluxtui.controllers.navigation import UseRecalled
    from fluxtui.screens.using_pictures import leave_pictures

    await leave_pictures(app)
    await app.go(UseRecalled(recalled))

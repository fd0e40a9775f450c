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


class Recalling(StatefulApp):
    """An application that reads from a picture file how it was made."""

    def action_recall(self, path: str = "") -> None:
        """Ask for a picture file, show what it says, and take that into the form of Generate.

        Args:
            path: of the file that is named at first.
        """
        from fluxtui.widgets.dialogs.base import open_dialog
        from fluxtui.widgets.recall_dialog import RecallDialog

        open_dialog(self, RecallDialog(path), self._take_recalled)

    def _take_recalled(self, recalled: Recalled | None) -> None:
        if recalled is not None:
            guarded(self, self._recall(recalled), doing="recalling", group="go", exclusive=True)

    async def _recall(self, recalled: Recalled) -> None:
        from fluxtui.controllers.navigation import UseRecalled
        from fluxtui.screens.using_pictures import leave_pictures

        await leave_pictures(self)
        await self.go(UseRecalled(recalled))

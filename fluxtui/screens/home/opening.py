"""The ways into the dialog and to the page, for every place that shows pictures."""

from __future__ import annotations

from collections.abc import Sequence

from fluxtui.app.state import StatefulApp, guarded
from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.widgets.dialogs import open_dialog


def get_home(app: StatefulApp, items: Sequence[ViewItem]) -> None:
    """Offer the ways to get pictures home; nothing happens without pictures."""
    from fluxtui.screens.home.dialog import HomeDialog

    if items:
        open_dialog(app, HomeDialog(items))


def toggle_page(app: StatefulApp) -> None:
    """Start the page with the gallery, or stop it, and say so."""
    guarded(app, _toggle_page(app), doing="starting the page", group="page", exclusive=True)


async def _toggle_page(app: StatefulApp) -> None:
    page = app.services.page
    if page.url:
        await page.stop()
        app.tell("The page is stopped.")
        return
    await page.start(app.services.config.config.home.page_port)
    app.tell(
        f"The page is at {page.url} on this machine; h on a picture shows the ssh line.", severity="success"
    )

"""Filters that are chosen instead of typed: by what there is, or by a name that they were saved under."""

from __future__ import annotations

from collections.abc import Mapping

from fluxtui.controllers.gallery import filtering
from fluxtui.controllers.gallery.browser import PictureBrowser
from fluxtui.controllers.host import Host
from fluxtui.controllers.questions import Choice, LineQuestion, Selection
from fluxtui.domain.gallery import GalleryFilter, GalleryOrder


class Filters:
    """Chooses, saves and forgets filters. Every command raises `FluxError`.

    Args:
        host: asks and tells the user.
        shown: the pictures that are shown.
    """

    def __init__(self, host: Host, shown: PictureBrowser) -> None:
        self._host = host
        self._shown = shown

    async def sort(self) -> None:
        """Ask how pictures are sorted."""
        wanted = self._shown.wanted
        question = Selection("Sort pictures", filtering.order_choices(), wanted.order.value)
        answer = await self._host.ask(question)
        if answer is not None:
            await self._shown.show(self._shown.wanted.model_copy(update={"order": GalleryOrder(answer)}))

    async def choose(self) -> None:
        """Ask what to filter by, or for a saved filter."""
        gallery, wanted = self._host.services.gallery, self._shown.wanted
        facets, saved = await gallery.facets(), await gallery.saved()
        choices = filtering.filter_choices(facets, saved, wanted)
        answer = await self._host.ask(Selection("Show only …", choices)) or ""
        if answer.startswith(filtering.SAVED):
            await self._shown.show(saved[answer.removeprefix(filtering.SAVED)])
        elif answer.startswith(filtering.ADD):
            condition = answer.removeprefix(filtering.ADD)
            await self._shown.show(filtering.with_condition(self._shown.wanted, condition))
        elif answer == filtering.CLEAR:
            await self._shown.show(GalleryFilter())
        elif answer == filtering.KEEP:
            await self._keep(saved)
        elif answer == filtering.FORGET:
            await self._forget(saved)

    async def _keep(self, saved: Mapping[str, GalleryFilter]) -> None:
        names, wanted = ", ".join(saved), self._shown.wanted
        about = f" There are: {names}." if names else ""
        question = LineQuestion(
            "Save this filter",
            f"{wanted.text()}\nA name that is taken is replaced.{about}",
            placeholder="name",
        )
        name = await self._host.ask(question)
        if name:
            await self._host.services.gallery.save(name, wanted)
            self._host.tell(f"Saved the filter {name}; f offers it.", severity="success")

    async def _forget(self, saved: Mapping[str, GalleryFilter]) -> None:
        choices = [Choice(name, name, each.text()) for name, each in saved.items()]
        name = await self._host.ask(Selection("Forget a saved filter", choices))
        if name:
            await self._host.services.gallery.forget(name)
            self._host.tell(f"Forgot the filter {name}.")

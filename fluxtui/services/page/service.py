"""The page with the gallery in a browser: started and stopped from the program, ended with it."""

from __future__ import annotations

from collections.abc import Callable

from fluxtui.services.page.http import ADDRESS, LoopbackServer
from fluxtui.services.page.reader import PictureReader
from fluxtui.services.page.site import SAFETY, Site


class PageService:
    """At most one page at a time, on loopback, behind a token that is new for every browser."""

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader
        self._site: Site | None = None
        self._server: LoopbackServer | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def url(self) -> str:
        """The address with its token while the page runs, else `''`; another one once a browser is let in."""
        if self._site is None:
            return ""
        return f"http://{ADDRESS}:{self.port}{self._site.address}"

    @property
    def browsers(self) -> int:
        """How many browsers have been let in since the page runs."""
        return 0 if self._site is None else self._site.browsers

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher`, on the event loop, when the address is another one; return what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()

    @property
    def port(self) -> int:
        """The port while the page runs, else 0."""
        return self._server.port if self._server is not None else 0

    async def start(self, port: int) -> None:
        """Start the page on a port (0: any free one). Raises `InvalidInput` where the port cannot be had."""
        if self._server is not None:
            return
        site = Site(self._reader, self._tell)
        server = LoopbackServer(site.answer, headers=SAFETY)
        await server.start(port)
        self._site, self._server = site, server

    async def stop(self) -> None:
        """Stop it; every connection is closed. Idempotent."""
        server, self._server, self._site = self._server, None, None
        if server is not None:
            await server.stop()

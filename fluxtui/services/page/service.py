"""The page with the gallery in a browser: started and stopped from the program, ended with it."""

from __future__ import annotations

from fluxtui.services.page.http import ADDRESS, LoopbackServer
from fluxtui.services.page.reader import PictureReader
from fluxtui.services.page.site import SAFETY, Site


class PageService:
    """At most one page at a time, on loopback, behind a token that is new at every start."""

    def __init__(self, reader: PictureReader) -> None:
        self._reader = reader
        self._site: Site | None = None
        self._server: LoopbackServer | None = None

    @property
    def url(self) -> str:
        """The address with its token while the page runs, else `''`."""
        if self._site is None:
            return ""
        return f"http://{ADDRESS}:{self.port}/?token={self._site.token}"

    @property
    def port(self) -> int:
        """The port while the page runs, else 0."""
        return self._server.port if self._server is not None else 0

    async def start(self, port: int) -> None:
        """Start the page on a port (0: any free one). Raises `InvalidInput` where the port cannot be had."""
        if self._server is not None:
            return
        site = Site(self._reader)
        server = LoopbackServer(site.answer, headers=SAFETY)
        await server.start(port)
        self._site, self._server = site, server

    async def stop(self) -> None:
        """Stop it; every connection is closed. Idempotent."""
        server, self._server, self._site = self._server, None, None
        if server is not None:
            await server.stop()

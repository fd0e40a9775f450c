"""What can be done in a place, for the command palette; read from the bindings, so nothing is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode


class Deed(NamedTuple):
    """Something that can be done now: its words, its key, and how to do it."""

    words: str
    key: str
    do: Callable[[], Awaitable[object]]


class PlaceCommands(Provider):
    """Offers what the keys of the visible place and of its focused part do."""

    async def discover(self) -> Hits:
        """Offer everything."""
        for deed in self._deeds():
            yield DiscoveryHit(deed.words, deed.do, help=deed.key)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for deed in self._deeds():
            score = matcher.match(deed.words)
            if score > 0:
                yield Hit(score, matcher.highlight(deed.words), deed.do, help=deed.key)

    def _deeds(self) -> Iterator[Deed]:
        known: set[str] = set()
        bindings = [item for item in self.screen.active_bindings.values() if item.node is not self.app]
        for node, binding, enabled, _ in bindings:
            # Moving the focus about and the like is nothing to look for in a palette.
            offered = enabled and (binding.show or node is self.screen) and not binding.system
            if offered and not binding.action.startswith("app.focus") and binding.description not in known:
                known.add(binding.description)
                key = self.app.get_key_display(binding)
                yield Deed(binding.description, key, partial(self._do, binding.action, node))

    async def _do(self, action: str, node: DOMNode) -> None:
        await self.app.run_action(action, default_namespace=node)

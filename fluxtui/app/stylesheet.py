"""Textual's sheet of styles, parsed once."""

from __future__ import annotations

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

SOURCES_KEPT = 1000
"""More than there are: one for each class of a widget and of a screen."""


class ParsedOnce(Stylesheet):
    """Parses each source once for as long as the variables are the same.

    Textual 8.2 parses everything anew, three times for each place that is opened first: 30 ms each time.
    """

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._parse_cache = LRUCache(SOURCES_KEPT)

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other variables; what was parsed with these stays."""
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """Parse what is new. Raises as `parse`; the rules from before stay in force then."""
        self.parse()

"""Completes what is typed in the gallery: filters and tags; asks for tags in such a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.suggester import Suggester

from fluxtui.controllers.gallery.filtering import completed_filter, completed_tags
from fluxtui.controllers.gallery.marking import TagsQuestion
from fluxtui.domain.gallery import Facets
from fluxtui.widgets.dialogs import LineDialog, dialog_of


class FilterSuggester(Suggester):
    """Completes the last condition of a filter.

    Args:
        facets: returns what there is in the gallery, as far as it is known now.
    """

    def __init__(self, facets: Callable[[], Facets]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._facets = facets

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line continued, or None."""
        return completed_filter(value, self._facets())


class TagSuggester(Suggester):
    """Completes the last of several tags between commas."""

    def __init__(self, tags: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._tags = tags

    async def get_suggestion(self, value: str) -> str | None:
        """Return the line continued, or None."""
        return completed_tags(value, self._tags)


@dialog_of.register
def _(question: TagsQuestion) -> LineDialog:
    shared = ", ".join(question.shared)
    return LineDialog(
        question.title,
        question.words,
        f"{shared}, " if shared else "",
        placeholder="night, blue hour, best",
        may_be_empty=True,
        suggester=TagSuggester(question.known),
    )

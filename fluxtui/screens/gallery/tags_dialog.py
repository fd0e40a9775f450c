"""Asks for the tags of pictures, in a line that completes those that there are."""

from __future__ import annotations

from fluxtui.controllers.gallery.marking import TagsQuestion
from fluxtui.screens.gallery.suggesting import TagSuggester
from fluxtui.widgets.dialogs import LineDialog, dialog_of


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

"""Which dialog shows a question; a dialog of one subject is registered beside its class."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from textual.screen import Screen

from fluxtui.controllers.questions import (
    Confirmation,
    DeletionQuestion,
    LineQuestion,
    NameQuestion,
    PathQuestion,
    Question,
    Selection,
)


@singledispatch
def dialog_of(question: Question[Any]) -> Screen[Any]:
    """Return the dialog that asks a question. Raises `LookupError` where none is registered for its type."""
    raise LookupError(f"no dialog asks {type(question).__name__}")


@dialog_of.register
def _(question: Confirmation) -> Screen[Any]:
    from fluxtui.widgets.dialogs.confirm import ConfirmDialog

    return ConfirmDialog(
        question.title,
        question.sentences,
        price=question.price,
        confirm_label=question.confirm_label,
        cancel_label=question.cancel_label,
        danger=question.danger,
    )


@dialog_of.register
def _(question: Selection) -> Screen[Any]:
    from fluxtui.widgets.dialogs.choice import ChoiceDialog

    return ChoiceDialog(question.title, question.choices, question.value, free_text=question.free_text)


@dialog_of.register
def _(question: LineQuestion) -> Screen[Any]:
    from fluxtui.widgets.dialogs.line import LineDialog

    return LineDialog(
        question.title,
        question.words,
        question.value,
        placeholder=question.placeholder,
        may_be_empty=question.may_be_empty,
    )


@dialog_of.register
def _(question: PathQuestion) -> Screen[Any]:
    from fluxtui.widgets.dialogs.path import PathDialog

    return PathDialog(question.title, question.words, question.value)


@dialog_of.register
def _(question: NameQuestion) -> Screen[Any]:
    from fluxtui.widgets.dialogs.name import NameDialog

    return NameDialog(question.kind, question.words, question.taken, limit=question.limit)


@dialog_of.register
def _(question: DeletionQuestion) -> Screen[Any]:
    from fluxtui.widgets.dialogs.type_word import TypeWordDialog

    return TypeWordDialog(question.title, question.sentences, question.name)

"""What is said before a finetune is deleted, so that nothing goes unannounced."""

from __future__ import annotations

from fluxtui.controllers.questions import Confirmation, DeletionQuestion
from fluxtui.domain.errors import NotFound
from fluxtui.domain.finetune import OWN_FILES
from fluxtui.domain.text import file_size, safe_text
from fluxtui.services.models.removal import Removal


def removal_question(removal: Removal) -> Confirmation | DeletionQuestion:
    """Return the question: a key where something goes that can be had again, a word where it cannot."""
    title, sentences, name = removal_title(removal), removal_sentences(removal), removal.finetune.name
    if removal.is_final:
        return DeletionQuestion(title, sentences, name)
    shown = (safe_text(name, limit=120), *sentences)
    return Confirmation(title, shown, confirm_label="Forget", danger=True)


def removal_title(removal: Removal) -> str:
    """Return the question."""
    return "Delete this finetune?" if removal.at_service else "Forget this finetune?"


def removal_sentences(removal: Removal) -> tuple[str, ...]:
    """Return what goes and what stays, a line each."""
    return (*_at_service(removal), _file(removal), "The pictures made with it stay on this machine.")


def _at_service(removal: Removal) -> tuple[str, ...]:
    if removal.at_service:
        return (
            f"The service of {removal.finetune.profile} deletes this finetune for good; "
            "this cannot be undone, and nobody can generate with it there any more.",
        )
    if removal.finetune.profile == OWN_FILES:
        return ("It is taken off this list. Your own file, which it was copied from, stays.",)
    stays = "It is taken off this list only; what the service has of it stays there"
    again = ", and the next refresh brings it back." if removal.comes_back else "."
    return (removal.why_not, stays + again)


def _file(removal: Removal) -> str:
    weights = removal.weights
    if weights is not None:
        return f"Its LoRA file here goes too: {weights.path}, {file_size(weights.size)}."
    if removal.shared_with:
        return f"Its LoRA file here stays, since {removal.shared_with[0]} uses it as well."
    return "There is no LoRA file of it here."


def forget_question(error: NotFound) -> Confirmation:
    """Return the question whether to forget a finetune that the service does not know any more."""
    return Confirmation(
        "Forget it here?",
        (error.message, "It is taken off this list then, with what was said to go before."),
        confirm_label="Forget",
        danger=True,
    )

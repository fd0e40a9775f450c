"""How a job ends: well, or as a word in its prompt or a fault wants it."""

from __future__ import annotations

from fluxtui.simulator.core.faults import CONTENT_MODERATED, FAILED, MODERATED, OUTCOME_KINDS, FaultBox
from fluxtui.simulator.fal.errors import Failure, gateway_failure, model_failure, refused

FAILED_RUN = model_failure(500, "internal_server_error", "Internal server error")
MODERATION = model_failure(
    422, "content_policy_violation", "The content could not be processed because it was flagged."
)
CANCELLED = gateway_failure(499, "client_cancelled", "The request was cancelled by the client.")
NO_START = gateway_failure(
    504, "startup_timeout", "The request did not start in time.", X_Fal_Request_Timeout_Type="user"
)

RUN_WORDS = {
    "moderateme": MODERATION,
    "fail422me": model_failure(422, "no_media_generated", "No media was generated."),
    "failtextme": refused(422, "The model cannot work with this input."),
    "fail503me": gateway_failure(503, "runner_disconnected", "The runner disconnected."),
    "fail504me": model_failure(504, "generation_timeout", "Generation timed out."),
    "failme": FAILED_RUN,
}
"""Words in a request's texts that let the accepted job fail: what its result then answers."""

SUBMIT_WORDS = {"refuseme": gateway_failure(400, "bad_request", "The request was refused.")}
"""Words that let fal refuse at once."""

BLACK_WORDS = ("nsfwme", "contentmoderated")
"""Words that blacken the picture; a training with one is refused by moderation."""


def refusal_of(words: str) -> Failure | None:
    """Return what submitting `words` answers at once, if anything."""
    return _first(SUBMIT_WORDS, words)


def ending_of(words: str, faults: FaultBox, *, image: bool) -> tuple[Failure | None, bool]:
    """Return how a job with these `words` ends, None for well, and whether its pictures turn out black."""
    fault = faults.take("submit", OUTCOME_KINDS)
    kind = fault.kind if fault else ""
    black = kind == CONTENT_MODERATED or any(word in words.casefold() for word in BLACK_WORDS)
    if kind == FAILED:
        return FAILED_RUN, False
    if kind == MODERATED or (black and not image):
        return MODERATION, False
    return _first(RUN_WORDS, words), black


def is_billed(failure: Failure | None) -> bool:
    """Say whether a job costs anything: one that ran to its end or into moderation does."""
    return failure is None or failure.error_type == MODERATION.error_type


def _first(table: dict[str, Failure], words: str) -> Failure | None:
    lowered = words.casefold()
    return next((failure for word, failure in table.items() if word in lowered), None)

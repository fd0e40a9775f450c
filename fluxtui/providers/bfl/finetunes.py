"""Finetunes as BFL tells of them: a list without a shape, and details of free form."""

from __future__ import annotations

import json
from typing import Any

from fluxtui.domain.errors import UnexpectedAnswer
from fluxtui.domain.finetune import Finetune
from fluxtui.providers.reading import (
    as_flag,
    as_identifier,
    as_mapping,
    as_moment,
    as_number,
    as_text,
    as_whole,
)

_ID_KEYS = ("finetune_id", "id", "name")
_SECRET_KEYS = frozenset({"file_data", "webhook_url", "webhook_secret", "input"})
_MOST_RAW_CHARACTERS = 20_000


def finetune_ids(data: Any) -> tuple[str, ...]:
    """Return the ids in an answer of `my_finetunes`, whose members are texts or objects.

    Raises:
        UnexpectedAnswer: there is no list in it.
    """
    listed = data.get("finetunes") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise UnexpectedAnswer("The service's list of finetunes cannot be read.")
    found = (_id_of(item) for item in listed)
    return tuple(dict.fromkeys(name for name in found if name is not None))


def _id_of(item: Any) -> str | None:
    if isinstance(item, dict):
        return next((name for name in (as_identifier(item.get(key)) for key in _ID_KEYS) if name), None)
    return as_identifier(item)


def finetune_of(finetune_id: str, data: Any) -> Finetune:
    """Return the finetune in an answer of `finetune_details`; its `profile` is left empty.

    Raises:
        UnexpectedAnswer: the answer is not an object.
    """
    if not isinstance(data, dict):
        raise UnexpectedAnswer(f"The service's details of the finetune {finetune_id} cannot be read.")
    details = as_mapping(data.get("finetune_details", data))
    return Finetune(
        profile="",
        id=finetune_id,
        name=as_text(details.get("finetune_comment"), limit=200) or finetune_id,
        trigger_word=as_text(details.get("trigger_word"), limit=200),
        mode=as_text(details.get("mode"), limit=40),
        finetune_type=as_text(details.get("finetune_type"), limit=40),
        lora_rank=as_whole(details.get("lora_rank")),
        iterations=as_whole(details.get("iterations")),
        learning_rate=as_number(details.get("learning_rate")),
        priority=as_text(details.get("priority"), limit=40),
        captioning=as_flag(details.get("captioning")),
        created_at=as_moment(details.get("timestamp", details.get("created_at"))),
        raw=_kept(details),
    )


def _kept(details: Any) -> dict[str, Any]:
    kept = {str(name): value for name, value in details.items() if name not in _SECRET_KEYS}
    return kept if len(json.dumps(kept)) <= _MOST_RAW_CHARACTERS else {}

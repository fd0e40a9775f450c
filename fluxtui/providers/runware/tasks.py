"""Runware's one door: a list of tasks goes in, what they have to tell comes out, each with its task's id.

Source: the official client (runware-sdk 1.8.0, 2026-10) and Runware's documentation, read 2026-12. The id of
a task is its client's to choose, a UUID of version 4, and "must be unique per task". A second task under the
id of one that runs is refused (`conflictTaskUUID`), so an id that is made of the job's own can neither be
bought twice at once nor be lost with an answer.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from fluxtui.api.answers import JSONAnswer, error_of
from fluxtui.api.service import APIService
from fluxtui.domain.errors import (
    Moderated,
    NotAuthenticated,
    NotPermitted,
    OutOfCredits,
    RateLimited,
    ServiceError,
    UnexpectedAnswer,
)
from fluxtui.providers.reading import as_identifier, as_mapping, as_text
from fluxtui.system.dataclass import dataclass

PATH = "/v1"
TASK_TYPE, TASK_ID = "taskType", "taskUUID"
SERVICE = "Runware"

ANSWERS = frozenset({400, 404, 409})
"""HTTP statuses with which the answer to a task can come, its errors being what the task has to tell."""

CONFLICT = "conflictTaskUUID"
"""What a second task under the id of one that runs is refused with (Runware/sdk-python, 2026-06)."""

QUESTION = "getResponse"
"""The type of the task that asks about another one."""

_DETAILS = "getTaskDetails"
_QUESTIONS = frozenset({QUESTION, _DETAILS})


class Meaning(StrEnum):
    """What an error is about, in our words: Runware's own codes are hundreds and change.

    `PASSING` is a fault of Runware's or of who works for it; after a `TIMEOUT` a task may run all the same.
    """

    CONFLICT = "conflict"
    CREDITS = "credits"
    KEY = "key"
    PERMISSION = "permission"
    TOO_MANY = "too many"
    SAFETY = "safety"
    NOT_FOUND = "not found"
    TIMEOUT = "timeout"
    PASSING = "passing"
    REFUSED = "refused"
    UNKNOWN = "unknown"


_SAFETY = frozenset(
    {
        *("contentpolicyviolation", "providercontentpolicyviolation", "sensitivecontentdetected"),
        *("unsafecontentdetected", "nsfwcontentdetected", "promptblocked", "imageblocked"),
        *("moderationfailed", "invalidprovidercontent"),
    }
)
_PERMISSION = frozenset(
    {
        *("forbidden", "permissiondenied", "insufficientpermissions", "accountsuspended", "accountdisabled"),
        *("organizationsuspended", "organizationdisabled", "workspacesuspended", "workspacedisabled"),
    }
)
_KEY = frozenset(
    {
        *("unauthorized", "authenticationfailed", "authfailed", "authtimeout", "invalidauthentication"),
        *("invalidcredentials", "missingauthentication"),
        *("tokenexpired", "tokeninvalid", "tokenmissing", "tokenrevoked"),
    }
)
_NOT_FOUND = frozenset({"taskcancelled", "taskfailedornotfound"})
_PASSING = frozenset(
    {
        *("internalservererror", "serviceunavailable", "serverunavailable", "standarderror", "unknownerror"),
        *("undefinederror", "defaulterror", "unrecognizedresponse", "inferenceerror", "processingfailed"),
        *("taskfailed", "downloadfailed", "uploadfailed", "noavailableserver", "modelunavailable"),
        *("modeldisabled", "modelnotready", "failedmodelload", "mediastoragefilecouldnotbemoved"),
    }
)
_REFUSED = (
    *("invalid", "missing", "conflict", "duplicate", "unsupported", "value", "array", "max", "unknown"),
    *("incompatible", "mismatch", "modelownership", "modelalready", "validation"),
)


def meaning_of(code: str) -> Meaning:
    """Return what an error with Runware's code is about; the classes are those of its official client."""
    word = code.casefold()
    if code == CONFLICT:
        return Meaning.CONFLICT
    if any(part in word for part in ("credits", "quota", "balance", "paymentrequired")):
        return Meaning.CREDITS
    if "ratelimit" in word:
        return Meaning.TOO_MANY
    if word in _SAFETY:
        return Meaning.SAFETY
    if word in _PERMISSION:
        return Meaning.PERMISSION
    if word in _KEY or "apikey" in word:
        return Meaning.KEY
    if "timeout" in word:
        return Meaning.TIMEOUT
    if word in _NOT_FOUND or word.endswith(("notfound", "expired")):
        return Meaning.NOT_FOUND
    if word in _PASSING or word.startswith("provider"):
        return Meaning.PASSING
    return Meaning.REFUSED if word.startswith(_REFUSED) else Meaning.UNKNOWN


@dataclass(frozen=True)
class Failure:
    """One error of an answer.

    Attributes:
        meaning: in our words.
        code: Runware's own name of it, safe, or `''`.
        message: a sentence, safe, or `''`.
        outcome: whether it surely is what became of a task, and not of the question about it.
        of_question: whether it surely is of the question.
    """

    meaning: Meaning
    code: str
    message: str
    outcome: bool = False
    of_question: bool = False

    def said(self, sentence: str) -> str:
        """Return a sentence and behind it what Runware says, if anything."""
        words = self.message or self.code
        return f"{sentence} It says: {words}" if words else sentence

    def error(self) -> ServiceError | None:
        """Return the error that it means by its code alone, or None."""
        match self.meaning:
            case Meaning.CREDITS:
                return OutOfCredits(
                    self.said(f"The account at {SERVICE} has not enough credits; nothing was billed.")
                )
            case Meaning.KEY:
                return NotAuthenticated(f"{SERVICE} does not accept the key; nothing was billed.")
            case Meaning.PERMISSION:
                return NotPermitted(self.said(f"{SERVICE} does not permit this; nothing was billed."))
            case Meaning.TOO_MANY:
                return RateLimited(self.said(f"{SERVICE} has too many tasks of this account."))
            case Meaning.SAFETY:
                return Moderated(self.said(f"The moderation of {SERVICE} stopped the request."))
        return None


@dataclass(frozen=True)
class Told:
    """What one answer has to tell of one task.

    Attributes:
        answer: as it came.
        items: what it says of the task, without errors.
        failures: what it says went wrong, and names no other task.
    """

    answer: JSONAnswer
    items: tuple[Mapping[str, Any], ...] = ()
    failures: tuple[Failure, ...] = ()

    def error(self) -> ServiceError:
        """Return the error that the answer as a whole means."""
        return error_of(self.answer, SERVICE)


def task_id_of(job_id: str) -> str:
    """Return the id that a job has at Runware: a UUID of version 4 that follows from its own id alone."""
    digest = hashlib.sha256(f"runware task of {job_id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


async def asked(api: APIService, task_type: str, task_id: str, **fields: Any) -> Told:
    """Ask something that costs nothing and return what is told of it.

    Args:
        api: of the profile.
        task_type: such as `getResponse`.
        task_id: of the task that is asked about.
        fields: the rest of the question.

    Raises:
        ServiceError: the question is refused as a whole, or cannot be put.
    """
    question = {TASK_TYPE: task_type, TASK_ID: task_id, **fields}
    answer = await api.post(PATH, [question], paid=False, accept_statuses=ANSWERS)
    told = told_in(answer, task_id)
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES and not told.failures:
        raise told.error()
    return told


async def answered(api: APIService, task_type: str, **fields: Any) -> Mapping[str, Any]:
    """Ask something about no task and return the answer's one item, `{}` where it has none.

    The arguments are those of `asked`. Raises `ServiceError`, for every error that the answer tells of too.
    """
    told = await asked(api, task_type, str(uuid.uuid4()), **fields)
    if told.failures:
        raise told.failures[0].error() or told.error()
    return told.items[0] if told.items else {}


def told_in(answer: JSONAnswer, task_id: str) -> Told:
    """Return what an answer tells of a task. Raises `UnexpectedAnswer` where it is none of Runware's.

    What a task delivered may be among the errors too, with a status of `error`, and the other way round.
    """
    data = as_mapping(answer.data)
    items, errors = data.get("data"), data.get("errors")
    if not isinstance(items, list) and not isinstance(errors, list):
        raise UnexpectedAnswer(f"{SERVICE}'s answer has neither data nor errors.")
    rows = [row for row in _objects(items) if row.get(TASK_ID) == task_id]
    named = [row for row in _objects(errors) if row.get(TASK_ID) in (None, task_id)]
    failed = [row for row in rows if row.get("status") == "error"]
    return Told(
        answer,
        tuple(row for row in rows if row.get("status") != "error"),
        tuple(_failure(row) for row in (*named, *failed)),
    )


async def details(api: APIService, task_id: str) -> tuple[bool, tuple[Mapping[str, Any], ...]]:
    """Return whether Runware's archive knows a task, and the items of the last answer that it has of it.

    The shape of the two objects in it is that of what was sent and answered; the documentation does not type
    them (2026-12). Raises `ServiceError`.
    """
    told = await asked(api, _DETAILS, task_id)
    known, found = False, []
    for item in told.items:
        sent = item.get("request")
        tasks = _objects(sent if isinstance(sent, list) else [sent])
        known = known or any(task.get(TASK_ID) == task_id for task in tasks)
        last = as_mapping(item.get("response")).get("data")
        found += [row for row in _objects(last) if row.get(TASK_ID) == task_id]
    return known, tuple(found)


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()


def _failure(row: Mapping[str, Any]) -> Failure:
    # A task that was asked about tells its error as an object, a request that was refused within its row.
    said = as_mapping(row.get("error")) or row
    code, kind = as_identifier(said.get("code"), 80) or "", as_text(row.get(TASK_TYPE), limit=40)
    return Failure(
        meaning=meaning_of(code),
        code=code,
        message=as_text(said.get("message")) or as_text(row.get("error")) or "",
        outcome=row.get("status") == "error" or (bool(kind) and kind not in _QUESTIONS),
        of_question=kind in _QUESTIONS,
    )

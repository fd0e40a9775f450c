"""Runware's refusals: `{"errors": [...]}`, each naming its task. Source: its page on errors, read 2026-12."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class TaskError(Exception):
    """A task ends here, with the HTTP status that the whole answer has where no other task did better."""

    status: int
    code: str
    message: str
    parameter: str | list[str] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def document(self, task: dict[str, Any]) -> dict[str, Any]:
        """Return the error as it stands in the answer about `task`."""
        named = {name: task[name] for name in ("taskType", "taskUUID") if isinstance(task.get(name), str)}
        parameter = {} if self.parameter is None else {"parameter": self.parameter}
        return {"code": self.code, "message": self.message, **parameter, **named, **self.more}


def invalid_key() -> TaskError:
    """The key is missing or unknown."""
    message = "Invalid API key. Get one at https://runware.ai/signup"
    return TaskError(401, "invalidApiKey", message, "apiKey")


def forbidden() -> TaskError:
    """The key is known but may do nothing."""
    return TaskError(403, "forbidden", "The API key doesn't have permissions to perform the request.")


def out_of_credits() -> TaskError:
    """The balance does not cover the task."""
    return TaskError(402, "insufficientCredits", "Insufficient credits. Add credits at my.runware.ai/wallet.")


def conflict(task_id: str) -> TaskError:
    """A task of this id runs already."""
    return TaskError(400, "conflictTaskUUID", f"A task with the UUID {task_id} is in progress.", "taskUUID")


def invalid(name: str, message: str) -> TaskError:
    """A value of a parameter cannot be."""
    code = f"invalid{name[0].upper()}{name[1:]}".split(".")[0].split("[")[0]
    return TaskError(400, code, message, name)


def missing(name: str) -> TaskError:
    """A parameter is needed and not there."""
    code = f"missing{name[0].upper()}{name[1:]}".split(".")[0]
    return TaskError(400, code, f"Missing '{name}' parameter.", name)


def unsupported(name: str) -> TaskError:
    """A parameter is none of the model's."""
    message = (
        f"Unsupported use of '{name}' parameter. This parameter is not supported for the selected model."
    )
    return TaskError(400, "unsupportedParameter", message, name)

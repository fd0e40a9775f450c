"""The one error taxonomy: every failure a user can meet, as sentences for people.

Each error says what happened, what it cost (if anything can have been billed) and what to do next.
Nothing secret (key, request body, signed URL) may be put into any of them.
"""

from __future__ import annotations

from fluxtui.system.dataclass import dataclass


class FluxError(Exception):
    """Base of all errors that are shown to the user.

    Attributes:
        title: a few words that name the kind of failure.
        message: what happened, to what, and what it cost if anything.
        next_step: what the user can do about it, or an empty string.
    """

    title = "Something went wrong"
    next_step = ""

    def __init__(self, message: str, *, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if next_step is not None:
            self.next_step = next_step

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self) -> str:
        """Return message and next step as one text."""
        return f"{self.message} {self.next_step}".strip()


@dataclass(frozen=True)
class Problem:
    """One fault of an input: where (`field`, dotted name) and why (`reason`).

    `whole` tells that the reason names its subject in words for people and needs no field in front.
    """

    field: str
    reason: str
    whole: bool = False

    def sentence(self) -> str:
        """Return `field: reason`, or the reason alone where it is whole or there is no field."""
        return self.reason if self.whole or not self.field else f"{self.field}: {self.reason}"


class _WithProblems(FluxError):
    def __init__(
        self, message: str, problems: tuple[Problem, ...] = (), *, next_step: str | None = None
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.problems = problems

    def sentence(self) -> str:
        details = " ".join(f"{problem.sentence().rstrip('.')}." for problem in self.problems)
        return " ".join(part for part in (self.message, details, self.next_step) if part)


class ConfigError(_WithProblems):
    """The configuration cannot be used; `problems` holds every fault found, not only the first."""

    title = "Configuration"


class InvalidInput(_WithProblems):
    """What the user entered is outside of what the service allows; nothing was sent."""

    title = "Please check the form"


class DatasetError(_WithProblems):
    """The training pictures cannot be used; nothing was sent."""

    title = "Dataset"


class StorageError(FluxError):
    """A file or the journal could not be read or written."""

    title = "Storage"


class JournalGone(StorageError):
    """The journal's file was deleted or replaced while it is open: nothing can be written down."""

    title = "The journal is gone"


class UntrustedFile(ConfigError, StorageError):
    """A file or directory belongs to somebody else, or others can write to it; nothing of it was used."""

    title = "Not yours alone"


class JournalDamaged(StorageError):
    """The journal, or a row of it, cannot be understood: waiting does not help, a repair may."""

    title = "The journal is damaged"


class PictureError(FluxError):
    """A file is not a picture that can be used."""

    title = "Picture"


class WeightsError(FluxError):
    """A file is not the weights of a LoRA that can be used."""

    title = "LoRA file"


class ServiceError(FluxError):
    """Base of everything a remote service answered, or failed to answer.

    Attributes:
        billed: whether the failed request can have cost money; None for unknown.
        retryable: whether the same request may go well later.
        detail: what the service itself said, safe and short, or an empty string.
        status: the HTTP status of the answer, or None where there was no answer.
        kind: the service's own machine-readable name of the failure, safe and short, or an empty string.
    """

    title = "Service"
    billed: bool | None = False
    retryable = False
    detail = ""
    status: int | None = None
    kind = ""


class NotAuthenticated(ServiceError):
    """The service does not accept the key."""

    title = "Key not accepted"
    next_step = "Check the key of this profile."


class NotPermitted(ServiceError):
    """The key is good but may not do this."""

    title = "Not permitted"


class OutOfCredits(ServiceError):
    """The account has not enough credits for the request; nothing was billed."""

    title = "Out of credits"
    next_step = "Add credits in the service's dashboard, then try again."


class NotFound(ServiceError):
    """The service does not know the address, finetune or task."""

    title = "Not found"


class TrainingDiscontinued(NotFound):
    """The service has stopped training new finetunes."""

    title = "Training is no longer offered here"


class Refused(_WithProblems, ServiceError):
    """The service found the request invalid; `problems` names the fields and reasons."""

    title = "Refused by the service"


class Moderated(ServiceError):
    """The service's moderation stopped the input or the output."""

    title = "Moderated"
    billed = None


class JobFailed(ServiceError):
    """The service accepted the job and could not finish it."""

    title = "Failed at the service"
    billed = None


class RateLimited(ServiceError):
    """Too many requests or active tasks; `retry_after` is the service's wish in seconds, if it gave one."""

    title = "Too many at once"
    retryable = True

    def __init__(
        self, message: str, *, retry_after: float | None = None, next_step: str | None = None
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.retry_after = retry_after


class ServiceDown(ServiceError):
    """The service answered with an error of its own (5xx)."""

    title = "The service has a problem"
    retryable = True


class NetworkDown(ServiceError):
    """No connection to the service could be made; nothing was sent."""

    title = "No connection"
    retryable = True


class TimedOut(ServiceError):
    """The service did not answer in time."""

    title = "No answer in time"
    retryable = True


class UnexpectedAnswer(ServiceError):
    """The service's answer is not what its interface promises."""

    title = "Unexpected answer"

    def __init__(self, message: str, *, retryable: bool = True, next_step: str | None = None) -> None:
        super().__init__(message, next_step=next_step)
        self.retryable = retryable


class UnreadableResult(UnexpectedAnswer):
    """A result came completely, and it is nothing that this program can read; it is kept as it came.

    Attributes:
        sha256: of what came.
        kept: where it is now, for people.
    """

    title = "Kept as it came"

    def __init__(
        self, message: str, *, sha256: str = "", kept: str = "", next_step: str | None = None
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.sha256, self.kept = sha256, kept


class NotThere(ServiceError):
    """What was paid for is not where it should be; it is looked for, as the service may still have it."""

    title = "Not there yet"
    billed = True
    retryable = True


class ResultExpired(ServiceError):
    """The result is not at its address (any more), or no longer kept by the service; the job was paid."""

    title = "Result expired"
    billed = True


class InDoubt(ServiceError):
    """The request may have been accepted and billed, but its answer was lost. Never sent again by itself."""

    title = "In doubt"
    billed = None

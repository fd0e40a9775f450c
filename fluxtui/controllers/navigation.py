"""Where the user is to be led, as values: each names its place, which matches its own kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.jobs import Job
    from fluxtui.services.recipes.recall import Recalled

PlaceName = Literal["finetune", "models", "generate", "gallery", "jobs", "settings"]


@dataclass(frozen=True)
class GenerateWith:
    """Generate with a finetune, named by its ref (`Finetune.ref`)."""

    finetune: str
    place: ClassVar[PlaceName] = "generate"


@dataclass(frozen=True)
class GenerateAgain:
    """Have the parameters of a picture or a job in the form.

    Attributes:
        profile: whose endpoint it was.
        endpoint: its id.
        values: the parameters as sent.
        finetune: the ref of its finetune, or None.
        pictures: how many are to be made, None for as many as usual.
    """

    profile: str
    endpoint: str
    values: Mapping[str, Any] = field(hash=False)
    finetune: str | None = None
    pictures: int | None = None
    place: ClassVar[PlaceName] = "generate"

    @classmethod
    def from_job(cls, job: Job) -> GenerateAgain:
        """Return the request for what a generation asked for, with the seed that it came by."""
        return cls(job.profile, job.endpoint, job.parameters, job.finetune_ref)


@dataclass(frozen=True)
class UsePicture:
    """Generate with a picture as input.

    Attributes:
        picture: its path.
        use: the value of a `PictureRole`.
        profile: whose endpoint, or `''` for the best there is.
        endpoint: its id, or `''` for the best there is.
        values: parameters to have beside it, such as a prompt.
        pictures: how many are to be made, None for as many as usual.
    """

    picture: str
    use: str
    profile: str = ""
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    pictures: int | None = None
    place: ClassVar[PlaceName] = "generate"


@dataclass(frozen=True)
class UseRecalled:
    """Have in the form what a file says of its making."""

    recalled: Recalled
    place: ClassVar[PlaceName] = "generate"


@dataclass(frozen=True)
class TrainAgain:
    """Have a training in the form, to be changed and sent anew.

    Attributes:
        trainer: the ref of its trainer (`profile/endpoint`).
        source: where the pictures are, or `''` to keep those that are chosen.
        values: its parameters.
        samples: the prompts of its sample pictures.
    """

    trainer: str
    source: str
    values: Mapping[str, Any] = field(hash=False)
    samples: tuple[str, ...] = ()
    place: ClassVar[PlaceName] = "finetune"


@dataclass(frozen=True)
class ShowJob:
    """Select a job by its id."""

    job_id: str
    place: ClassVar[PlaceName] = "jobs"


@dataclass(frozen=True)
class ShowFinetune:
    """Select a finetune by its ref."""

    finetune: str
    place: ClassVar[PlaceName] = "models"


@dataclass(frozen=True)
class ShowPictures:
    """Show the pictures that a filter finds, written as it is typed."""

    filter: str
    place: ClassVar[PlaceName] = "gallery"


GenerateRequest = GenerateWith | GenerateAgain | UsePicture | UseRecalled
Request = GenerateRequest | TrainAgain | ShowJob | ShowFinetune | ShowPictures

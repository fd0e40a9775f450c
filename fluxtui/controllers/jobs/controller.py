"""What can be done about the jobs of all profiles, and what is known of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from fluxtui.controllers.host import Host
from fluxtui.controllers.jobs.cancelling import cancel
from fluxtui.controllers.jobs.rows import ordered, places_of
from fluxtui.controllers.jobs.sending_again import send_again
from fluxtui.controllers.jobs.trained_on import Trained, TrainedOn
from fluxtui.controllers.navigation import GenerateAgain
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.errors import FluxError
from fluxtui.domain.jobs import Job, JobEvent, JobKind, JobState
from fluxtui.services.jobs.queues import QueueState
from fluxtui.services.training_sets import TrainingArchive
from fluxtui.system.dataclass import dataclass

NOT_FOUND = {
    JobKind.TRAINING: "A new finetune can stay hidden for a while; look again later.",
    JobKind.GENERATION: "If it does not show soon, the service most likely never got it.",
}
"""What may be thought of a lost job that its service does not know."""

ALLOWED: dict[str, Callable[[Job], bool]] = {
    "open": lambda job: job.picture is not None,
    "use_picture": lambda job: job.picture is not None,
    "cancel": lambda job: (job.is_active and job.cancel_asked_at is None) or job.state is JobState.IN_DOUBT,
    "send_again": lambda job: not job.is_active and job.state is not JobState.DONE,
    "look_again": lambda job: job.state is JobState.IN_DOUBT or job.may_be_looked_for,
    "use_again": lambda job: True,
    "show_archive": lambda job: job.dataset is not None,
    "export_archive": lambda job: job.dataset is not None,
    "copy": lambda job: True,
    "get_home": lambda job: job.picture is not None,
    "move_up": lambda job: job.state is JobState.DRAFT and not job.waits,
    "move_down": lambda job: job.state is JobState.DRAFT and not job.waits,
    "to_top": lambda job: job.state is JobState.DRAFT and not job.waits,
}
"""What can be done about which jobs; that a doubtful one can be looked for depends on its service too."""


@dataclass(frozen=True)
class JobStory:
    """Everything that is told of a job beside itself.

    Attributes:
        events: its states, from the first on.
        log: what its task printed at the service, as far as it is known.
        can_be_found: whether its service can be asked for a job like it whose answer was lost.
        kept: the archive that it was trained on, if it was.
    """

    events: Sequence[JobEvent] = ()
    log: str = ""
    can_be_found: bool = True
    kept: TrainingArchive | None = None


@dataclass(frozen=True)
class _Listed:
    """The jobs in their order, and of what state of the journal they are."""

    jobs_before: Sequence[Job]
    queues_before: Sequence[QueueState]
    places: Mapping[str, int]
    jobs: tuple[Job, ...]
    are_shared: bool


class JobsController:
    """Acts on jobs that the user points at; every command raises `FluxError` where it cannot.

    Args:
        host: asks and tells the user.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.trained_on = TrainedOn(host)
        self._listed: _Listed | None = None
        self._finds: dict[str, frozenset[JobKind]] = {}
        """The kinds of lost jobs that can be looked for, by profile, as far as it is known."""

    # What there is

    @property
    def places(self) -> Mapping[str, int]:
        """The places of queued jobs in their queues, from 1 on, by job id."""
        return self._list().places

    @property
    def listed(self) -> tuple[Job, ...]:
        """The known jobs as a person looks for them."""
        return self._list().jobs

    @property
    def are_shared(self) -> bool:
        """Whether the known jobs are of several profiles."""
        return self._list().are_shared

    def _list(self) -> _Listed:
        """Return the jobs in their order, which is looked for once for each state of the journal."""
        jobs, queues = self._host.jobs, self._host.queues
        known = self._listed
        if known is None or known.jobs_before is not jobs or known.queues_before is not queues:
            places = places_of(queue.order for queue in queues)
            are_shared = len({job.profile for job in jobs}) > 1
            known = self._listed = _Listed(jobs, queues, places, ordered(jobs, places), are_shared)
        return known

    def job(self, job_id: str | None) -> Job | None:
        """Return a known job by its id."""
        return next((job for job in self._host.jobs if job.id == job_id), None)

    async def story(self, job: Job) -> JobStory:
        """Return the story of a job. Raises `StorageError`."""
        services = self._host.services
        return JobStory(
            events=await services.jobs.story(job.id),
            log=await services.jobs.log(job.id),
            can_be_found=job.state is not JobState.IN_DOUBT or await self._ask_whether_findable(job),
            kept=await services.training_sets.archive_of(job.dataset),
        )

    async def _ask_whether_findable(self, job: Job) -> bool:
        """Tell whether a job's service can be asked for it; one that cannot be used now is worth a try."""
        try:
            self._finds[job.profile] = (await self._host.services.account.abilities(job.profile)).finds
        except FluxError:
            self._finds.pop(job.profile, None)
        return self._is_findable(job)

    def _is_findable(self, job: Job) -> bool:
        return job.kind in self._finds.get(job.profile, frozenset(JobKind))

    def allows(self, action: str, job: Job | None) -> bool:
        """Tell whether something can be done about a job; what is not about a job always can."""
        test = ALLOWED.get(action)
        if test is None:
            return True
        if job is not None and action == "look_again" and job.state is JobState.IN_DOUBT:
            return self._is_findable(job)
        return job is not None and test(job)

    def trained(self, job: Job) -> Trained | None:
        """Return a training as what can be looked at and trained again; None for any other job."""
        if job.kind is not JobKind.TRAINING:
            return None
        return Trained(job.finetune_name or job.title, job.dataset, job)

    def copyable(self, job: Job) -> tuple[str, str]:
        """Return what is worth copying of a job, named and itself: its picture's path, else its id."""
        if job.picture:
            return "path", str(self._host.services.storage.inside(job.picture))
        return ("remote id", job.remote_id) if job.remote_id else ("job id", job.id)

    # What can be done

    async def cancel(self, job: Job) -> None:
        """Take a job back, or give a doubtful one up, after asking where something may be lost."""
        if job.state is JobState.IN_DOUBT:
            await self._give_up(job)
            return
        reply = await cancel(self._host, job)
        self._host.tell(reply.text, severity=reply.severity)

    async def _give_up(self, job: Job) -> None:
        question = Confirmation(
            "Give it up?",
            ["The service may have accepted and billed this job.", "Given up, it is no longer looked for."],
            confirm_label="Give up",
            danger=True,
        )
        if await self._host.ask(question):
            await self._host.services.jobs.give_up(job.id)

    async def send_again(self, job: Job) -> None:
        """Send the same as a new job, after asking, since it costs."""
        new = await send_again(self._host, job)
        if new is not None:
            self._host.tell(f"Sent again as a new job: {new.title}")

    async def look_again(self, job: Job) -> None:
        """Look for a doubtful job at the service, or for a result that was paid for and did not come."""
        self._host.tell(f"Looking for “{job.title}” at the service …")
        found = await self._host.services.jobs.look_again(job.id)
        if found.state is JobState.IN_DOUBT:
            abilities = await self._host.services.account.abilities(job.profile)
            advice = abilities.find_advice or NOT_FOUND[job.kind]
            self._host.tell(f"It was not found. {advice}", severity="warning")
        elif job.state is JobState.IN_DOUBT:
            self._host.tell(f"Found: “{found.title}” goes on.", severity="success")

    async def use_again(self, job: Job) -> None:
        """Put the parameters of a job into the form that it came from."""
        trained = self.trained(job)
        if trained is not None:
            await self.trained_on.train_again(trained)
        else:
            await self._host.go(GenerateAgain.from_job(job))

    async def move_up(self, job: Job) -> None:
        """Send a queued job one place earlier."""
        await self._moved(self._host.services.jobs.move_up, job)

    async def move_down(self, job: Job) -> None:
        """Send a queued job one place later."""
        await self._moved(self._host.services.jobs.move_down, job)

    async def to_top(self, job: Job) -> None:
        """Send a queued job before all others."""
        await self._moved(self._host.services.jobs.to_top, job)

    async def _moved(self, move: Callable[[str], Awaitable[Job]], job: Job) -> None:
        await move(job.id)

    async def pause_or_resume(self, job: Job | None) -> None:
        """Pause the queue of a queued job, else of the active profile, or let it go on."""
        queued = job is not None and job.state is JobState.DRAFT
        profile = job.profile if job is not None and queued else self._host.profile
        jobs = self._host.services.jobs
        if await jobs.resume(profile):
            self._host.tell(f"The queue of {profile} goes on.", severity="success")
        elif await jobs.pause(profile):
            self._host.tell(f"The queue of {profile} is paused; what was sent goes on. p resumes it.")

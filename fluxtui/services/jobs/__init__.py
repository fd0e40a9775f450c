"""The runner: drives every job of the journal from the user's yes to the saved result."""

from fluxtui.services.jobs.changes import Change
from fluxtui.services.jobs.gateway import Gateway
from fluxtui.services.jobs.ids import new_id
from fluxtui.services.jobs.pacing import Pacing
from fluxtui.services.jobs.pauses import Pause, PauseReason
from fluxtui.services.jobs.queues import QueueState
from fluxtui.services.jobs.service import JobService

__all__ = ["Change", "Gateway", "JobService", "Pacing", "Pause", "PauseReason", "QueueState", "new_id"]

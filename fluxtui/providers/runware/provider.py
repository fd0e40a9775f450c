"""Runware as a provider. Source: Runware's documentation and official clients, read 2026-12."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from fluxtui.api.attachments import Progress
from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint
from fluxtui.domain.errors import InDoubt, InvalidInput, NotPermitted, ServiceError
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.jobs import JobKind
from fluxtui.domain.money import UnitPrice, as_balance, credits
from fluxtui.providers.base import (
    Abilities,
    Accepted,
    Account,
    CancelAnswer,
    Candidate,
    Keeping,
    Materials,
    Phase,
    PreparedRequest,
    RemoteStatus,
    RemoteTask,
    Sought,
)
from fluxtui.providers.catalogue import CatalogueProvider
from fluxtui.providers.published import PublishedEndpoint
from fluxtui.providers.reading import as_text
from fluxtui.providers.runware import catalogue
from fluxtui.providers.runware.finding import FOUND_WITHIN, found
from fluxtui.providers.runware.finetunes import finetune_named, own_ids
from fluxtui.providers.runware.generation import RunwareGeneration
from fluxtui.providers.runware.ordering import LOOK_FIRST, accepted_in
from fluxtui.providers.runware.parameters import AIR
from fluxtui.providers.runware.preparing import example_body, prepared_generation
from fluxtui.providers.runware.prices import READ_ON
from fluxtui.providers.runware.statuses import delivered, status_of
from fluxtui.providers.runware.tasks import ANSWERS, PATH, QUESTION, TASK_ID, answered, asked, details

SILENCE, STUCK = 600.0, 3600.0
"""Seconds for which a task counts as running of which Runware tells nothing, or only that it is worked on.

It answers with nothing of tasks that run, too, but none of these models works an hour on a picture; and
of what it has lost it may say "processing" for ever, as it does of uploads (its own words, 2026).
"""

_NO_CANCELLING = "Runware has no way to call a task back; it runs to its end and is billed."
_NO_DELETING = "LoRAs are deleted at my.runware.ai."
_MOST_REMEMBERED = 1_000


class RunwareProvider(CatalogueProvider):
    """Generates at Runware, through `api`.

    Args:
        api: of the profile.
        clock: seconds that never go back.
    """

    id = "runware"
    title = "Runware"
    abilities = Abilities(
        lists_finetunes=True,
        deletes_finetunes=False,
        adds_by_id=True,
        id_help="as Runware calls a LoRA, Civitai's too: civitai:618692@691639",
        id_pattern=AIR,
        cancels=False,
        cancel_advice=_NO_CANCELLING,
        tells_balance=True,
        finds=frozenset({JobKind.GENERATION}),
        found_within=FOUND_WITHIN,
        find_advice="Runware is asked for it by its own id, but tells nothing of a task that still waits.",
        price_source=f"Runware's model pages and lists of others, {READ_ON}",
        # How long an answer or a picture's address lasts is not published (2026-12): our guess.
        keeping=Keeping(pictures=timedelta(hours=6), generations=timedelta(hours=6)),
    )
    # "No hard rate limits": requests wait in queues (Runware's page on rate limits, read 2026-12).
    active_limit = 10
    generation_module = catalogue.__name__
    training = catalogue.TRAINING

    def __init__(self, api: APIService, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(api)
        self._clock = clock
        self._asked_since: dict[str, float] = {}

    async def prepare(self, request: Endpoint, materials: Materials) -> PreparedRequest:
        """Make the task that is ordered, its pictures in it; nothing is sent.

        Raises:
            PictureError: a picture cannot be read.
        """
        if not isinstance(request, RunwareGeneration):
            raise InvalidInput(f"{request.info.title} does not generate here.")
        return await prepared_generation(request, materials.job_id)

    async def order(self, prepared: PreparedRequest, progress: Progress) -> Accepted:
        """Send the one task that is billed, under the id that it can be asked for by whatever comes back.

        Raises:
            InDoubt: it may have been accepted without an answer.
        """
        task_id = str(prepared.body[TASK_ID])
        try:
            answer = await self._api.post(PATH, [prepared.body], accept_statuses=ANSWERS)
        except InDoubt as error:
            error.next_step = LOOK_FIRST
            raise
        return accepted_in(answer, task_id)

    async def status(self, task: RemoteTask) -> RemoteStatus:
        """Ask once for a task; where that tells no outcome, the archive is asked too."""
        status = status_of(await asked(self._api, QUESTION, task.remote_id))
        if status is not None and status.phase is not Phase.RUNNING:
            self._asked_since.pop(task.remote_id, None)
            return status
        waited = self._waited(task)
        if status is not None and waited < STUCK:
            return status
        archived = await self._archived(task)
        if archived is not None:
            return archived
        if status is None and waited < SILENCE:
            return RemoteStatus(Phase.RUNNING, "no word of it yet")
        return RemoteStatus(Phase.MISSING, "nothing comes of it")

    def _waited(self, task: RemoteTask) -> float:
        """Return for how many seconds a task has been asked about here without an outcome."""
        now = self._clock()
        while len(self._asked_since) >= _MOST_REMEMBERED and task.remote_id not in self._asked_since:
            self._asked_since.pop(next(iter(self._asked_since)))
        return now - self._asked_since.setdefault(task.remote_id, now)

    async def _archived(self, task: RemoteTask) -> RemoteStatus | None:
        try:
            _, items = await details(self._api, task.remote_id)
        except ServiceError:
            # The archive is a second place to look; what the first one said stands without it.
            return None
        return delivered(items, {"data": list(items)})

    async def cancel(self, task: RemoteTask) -> CancelAnswer:
        """Raise `InvalidInput`: nothing can be called back."""
        raise InvalidInput(_NO_CANCELLING)

    async def find(self, sought: Sought) -> tuple[Candidate, ...]:
        """Return the task that a sought job was sent as, where Runware knows it."""
        return await found(self._api, sought)

    async def finetune_ids(self) -> tuple[str, ...]:
        """Return the names of the account's own LoRAs."""
        return await own_ids(self._api)

    async def finetune(self, finetune_id: str) -> Finetune:
        """Return what Runware tells of a LoRA. Raises `NotFound`."""
        return await finetune_named(self._api, finetune_id)

    async def delete_finetune(self, finetune_id: str) -> str:
        """Raise `InvalidInput`: this is done on Runware's own pages."""
        raise InvalidInput(_NO_DELETING)

    async def account(self) -> Account:
        """Return what is left and whose account it is, where the key may know that."""
        try:
            row = await answered(self._api, "accountManagement", operation="getDetails")
        except NotPermitted:
            return Account()
        return Account(_balance(row.get("balance")), as_text(row.get("organizationName"), limit=80) or "")

    async def check_key(self) -> Account:
        """Check the key without cost. Raises `NotAuthenticated`."""
        return await self.account()

    async def prices(self) -> Mapping[str, UnitPrice]:
        """Return nothing: what a task cost is told with its result alone."""
        return {}

    async def serving(self, endpoint_ids: Sequence[str]) -> Mapping[str, bool]:
        """Return nothing: Runware is not asked which models it serves."""
        return {}

    def example_body(self, request: Endpoint) -> Mapping[str, Any]:
        """Return the task that an order would be, with an example where pictures would be."""
        return example_body(request)

    async def published(self, endpoint_ids: Sequence[str]) -> Mapping[str, PublishedEndpoint]:
        """Return nothing: in which form Runware publishes its schemas was not seen (2026-12)."""
        return {}


def _balance(value: object) -> float | None:
    """Return a balance in credits: USD as a number, or within an object whose keys are not published."""
    if isinstance(value, dict):
        amounts = [value.get(name) for name in ("amount", "available", "total", "balance", "credits")]
        value = next((amount for amount in amounts if amount is not None), None)
    usd = as_balance(value)
    return None if usd is None else as_balance(credits(usd))

"""The simulated Runware itself: accounts, tasks and pictures, without any HTTP."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence

from fluxtui.simulator.core.accounts import Accounts
from fluxtui.simulator.core.hosting import Foundation
from fluxtui.simulator.core.ledger import LedgerEntry, Violation
from fluxtui.simulator.core.state import Blob, Record
from fluxtui.simulator.painter.order import Order
from fluxtui.simulator.runware.keys import VALID_KEY, default_keys
from fluxtui.simulator.runware.tasks import SUCCESS, PictureTask

NAME = "runware"
FORMATS = {"JPG": "jpeg", "PNG": "png", "WEBP": "webp"}
_TASK, _BALANCES = "runware-task", "runware-balances"
_STRONGEST = 2.0
_INPUT = "input-"


class RunwareService:
    """Everything that Runware knows. Its methods run on one event loop; slow parts go to threads."""

    def __init__(self, shared: Foundation) -> None:
        """Remember what the state of `shared` holds."""
        self.name = NAME
        self.shared = shared
        self.addresses: dict[str, str] = {}
        self.accounts = Accounts(shared.keyring.own_keys(default_keys(shared.settings.credits)))
        self.valid_key = shared.keyring.own(VALID_KEY)
        self.faults = shared.faults.of(NAME)
        self.violations: list[Violation] = []
        self.tasks: dict[str, PictureTask] = {}
        self._load()

    def _load(self) -> None:
        self.tasks = {}
        for document in self.shared.store.records(_BALANCES):
            self.accounts.restore(document)
        for document in self.shared.store.records(_TASK):
            task = PictureTask.from_document(document)
            self.tasks[task.id] = task

    def now(self) -> float:
        """Return the time in seconds."""
        return self.shared.clock()

    async def keep(self, task: PictureTask, pictures: Sequence[bytes] = ()) -> None:
        """Take on a task, or write down that it was bought again, and begin to paint."""
        self.tasks[task.id] = task
        blobs: list[Blob] = [(task.id, f"{_INPUT}{place}", content) for place, content in enumerate(pictures)]
        balances: Record = (_BALANCES, "all", dict(self.accounts.balances()))
        await asyncio.to_thread(self.shared.store.save, [_record(task), balances], blobs)
        if task.failure is None:
            self.shared.renderer.begin(task.picture_id, self._making(task))

    async def save(self, task: PictureTask) -> None:
        """Write a changed task."""
        await asyncio.to_thread(self.shared.store.save, [_record(task)])

    def settle(self, task: PictureTask) -> None:
        """Give back what a task that has failed was charged."""
        if task.failure is not None and task.ended(self.now()) and task.cost:
            self.accounts.named(task.key_name).give_back(task.cost)
            task.cost = 0.0

    async def picture(self, task: PictureTask) -> bytes:
        """Return the picture of a task that has succeeded."""
        return await self.shared.renderer.picture(task.picture_id, self._making(task))

    def with_picture(self, picture_id: str) -> PictureTask | None:
        """Return the task whose picture is there to be fetched, or None."""
        now = self.now()
        task = next((task for task in self.tasks.values() if task.picture_id == picture_id), None)
        there = task is not None and task.status(now) == SUCCESS and not task.picture_gone(now)
        return task if there else None

    def address_of(self, task: PictureTask) -> str:
        """Return where the picture of a task is."""
        suffix = task.values["outputFormat"].lower()
        return f"{self.addresses['delivery']}/image/ws/2/ii/{task.picture_id}.{suffix}"

    def _making(self, task: PictureTask) -> _Making:
        return _Making(self, task)

    async def record_violation(self, what: str, task: PictureTask | None) -> None:
        """Remember something that a careful client never does."""
        self.violations.append(
            Violation(service=NAME, job=task.id if task else None, what=what, at=self.now())
        )
        if task is not None:
            task.violations.append(what)
            await self.save(task)

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed, oldest first."""
        now = self.now()
        return [
            LedgerEntry(
                service=NAME,
                id=task.id,
                key=task.key_name,
                kind="image",
                endpoint=task.model,
                cost=round(task.billed(now), 6),
                accepted_at=task.accepted_at,
                status=task.status(now),
                delivered=task.delivered,
                violations=list(task.violations),
            )
            for task in self.tasks.values()
        ]

    def active_tasks(self) -> int:
        """Count tasks under way."""
        now = self.now()
        return sum(not task.ended(now) for task in self.tasks.values())

    async def reset(self) -> None:
        """Forget all work and refill the accounts. The shared store is empty already."""
        self.accounts.restart()
        await asyncio.to_thread(self._load)

    def close(self) -> None:
        """Hold nothing of its own."""

    @staticmethod
    def new_id() -> str:
        """Return an id as pictures have it."""
        return str(uuid.uuid4())


class _Making:
    """Makes the order of a picture, in the painter's thread."""

    def __init__(self, service: RunwareService, task: PictureTask) -> None:
        self._service, self._task = service, task

    def __call__(self) -> Order:
        task, store, weights = self._task, self._service.shared.store, self._service.shared.weights
        inputs = {name: content for name, content in store.blobs(task.id).items() if name.startswith(_INPUT)}
        used = [(name, weight) for name, weight in task.loras if weight > 0]
        plain = {name: value for name, value in task.values.items() if value is not None}
        return Order(
            endpoint=task.model,
            job="edit" if inputs else "create",
            prompt=str(task.values["positivePrompt"]),
            seed=task.seed,
            size=task.size,
            format_name=FORMATS[task.values["outputFormat"]],
            parameters=plain,
            inputs=inputs,
            pieces=tuple(piece for name, _ in used for piece in weights.pieces_named(name)),
            strength=min(_STRONGEST, max((weight for _, weight in used), default=0.0)),
        )


def _record(task: PictureTask) -> Record:
    return (_TASK, task.id, task.document())

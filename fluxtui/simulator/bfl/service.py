"""The simulated service itself: accounts, tasks and finetunes, without any HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fluxtui.simulator.bfl.endpoints import endpoints
from fluxtui.simulator.bfl.finetunes import Finetune, FinetuneKind, built_in_loras
from fluxtui.simulator.bfl.tasks import READY, Task
from fluxtui.simulator.core import answers
from fluxtui.simulator.core.accounts import Account, Accounts
from fluxtui.simulator.core.hosting import Foundation
from fluxtui.simulator.core.ledger import LedgerEntry, Violation
from fluxtui.simulator.core.roles import BFL
from fluxtui.simulator.core.state import Blob, Record
from fluxtui.simulator.painter.composition import sample_pieces
from fluxtui.simulator.painter.order import Order


@dataclass(slots=True)
class BflAddresses:
    """The URLs of the three listeners, without a slash at the end."""

    submit: str = ""
    polling: str = ""
    delivery: str = ""


class SimulatedService:
    """Everything that the service knows. Its methods run on one event loop; slow parts go to threads."""

    def __init__(self, shared: Foundation) -> None:
        """Remember what the state of `shared` holds."""
        self.settings = shared.settings
        self.clock = shared.clock
        self.addresses = BflAddresses()
        self.store = shared.store
        self.renderer = shared.renderer
        self.accounts = Accounts(shared.keyring.own_keys(self.settings.keys))
        self.faults = shared.faults.of(BFL)
        self.tasks: dict[str, Task] = {}
        self.finetunes: dict[str, Finetune] = {}
        self.violations: list[Violation] = []
        self._shelved: set[str] = set()
        self.signing_key = secrets.token_bytes(32)
        self._load()

    def _load(self) -> None:
        for document in self.store.records("signing"):
            self.signing_key = bytes.fromhex(document["key"])
        for document in self.store.records("balances"):
            self.accounts.restore(document)
        for document in self.store.records("task"):
            task = Task.from_document(document)
            self.tasks[task.id] = task
            self._shelved.add(task.id)
        for document in self.store.records("finetune"):
            pieces = tuple(self.store.blobs(document["id"]).values())
            self.finetunes[document["id"]] = Finetune.from_document(document, pieces)
        for lora in built_in_loras(self.settings.region):
            self.finetunes.setdefault(lora.id, lora)
        self.store.save([("signing", "key", {"key": self.signing_key.hex()})])

    async def reset(self) -> None:
        """Forget all work and refill the accounts. The store is empty already."""
        self.tasks.clear()
        self.finetunes.clear()
        self.violations.clear()
        self._shelved.clear()
        self.accounts.restart()
        await asyncio.to_thread(self._load)

    def _balances_record(self) -> Record:
        return ("balances", "all", self.accounts.balances())

    async def keep(self, task: Task, blobs: Sequence[Blob] = (), finetune: Finetune | None = None) -> None:
        """Take on a new task with its input pictures and its finetune, and write all in one transaction."""
        self.tasks[task.id] = task
        records: list[Record] = [("task", task.id, task.document()), self._balances_record()]
        if finetune is not None:
            self.finetunes[finetune.id] = finetune
            records.append(("finetune", finetune.id, finetune.document()))
            blobs = [*blobs, *_piece_blobs(finetune)]
        await asyncio.to_thread(self.store.save, records, blobs)

    async def save_task(self, task: Task) -> None:
        """Write a changed task."""
        await asyncio.to_thread(self.store.save, [("task", task.id, task.document())])

    async def sweep(self) -> None:
        """Drop the pictures, taken in and painted, of tasks whose result has expired."""
        now = self.clock()
        for task_id in [name for name in self._shelved if now >= self.tasks[name].expires_at]:
            self._shelved.discard(task_id)
            await asyncio.to_thread(self.store.forget_blobs, task_id)

    def active_tasks(self, account: Account | None = None, endpoint: str | None = None) -> int:
        """Count tasks under way, of one account and at one endpoint where given."""
        now = self.clock()
        return sum(
            task.active(now)
            for task in self.tasks.values()
            if (account is None or task.key_name == account.name)
            and (endpoint is None or task.endpoint == endpoint)
        )

    def known_task(self, account: Account, task_id: str) -> Task | None:
        """Return an account's task, or None when it is unknown, somebody else's or long finished."""
        task = self.tasks.get(task_id)
        if task is None or task.key_name != account.name:
            return None
        return task if self.clock() < task.ends_at + self.settings.task_seconds else None

    def visible_finetune(self, account: Account, finetune_id: str) -> Finetune:
        """Return a finetune of the account or a shared one. Raises AnswerError (404)."""
        finetune = self.finetunes.get(finetune_id)
        if finetune is None or finetune.region != self.settings.region:
            raise answers.finetune_not_found()
        if finetune.key_name not in ("", account.name):
            raise answers.finetune_not_found()
        return finetune

    def usable_finetune(self, account: Account, finetune_id: str, kind: FinetuneKind) -> Finetune:
        """Return a finetune that one can generate with. Raises AnswerError (404)."""
        finetune = self.visible_finetune(account, finetune_id)
        if finetune.kind != kind or not finetune.usable(self.clock()):
            raise answers.finetune_not_found()
        return finetune

    def listed_finetunes(self, account: Account) -> list[str]:
        """Return the ids that `my_finetunes` shows: those trained here; a new one appears after a moment."""
        now, delay = self.clock(), self.settings.listing_delay
        return [
            finetune.id
            for finetune in self.finetunes.values()
            if finetune.kind == "flux-1"
            and finetune.key_name == account.name
            and finetune.region == self.settings.region
            and now >= finetune.created_at + delay
        ]

    async def add_finetune(self, finetune: Finetune) -> None:
        """Keep a finetune that was not trained here."""
        self.finetunes[finetune.id] = finetune
        records: list[Record] = [("finetune", finetune.id, finetune.document())]
        await asyncio.to_thread(self.store.save, records, _piece_blobs(finetune))

    async def delete_finetune(self, account: Account, finetune_id: str) -> None:
        """Delete a finished finetune of the account. Raises AnswerError (404)."""
        finetune = self.visible_finetune(account, finetune_id)
        if finetune.key_name != account.name or self.clock() < finetune.usable_at:
            raise answers.finetune_not_found()
        del self.finetunes[finetune_id]
        await asyncio.to_thread(self.store.forget, "finetune", finetune_id)

    async def picture(self, task: Task) -> bytes:
        """Return the picture of a finished task."""
        return await self.renderer.picture(task.id, lambda: self._order(task))

    def begin_painting(self, task: Task) -> None:
        """Start on the picture of a picture task, unless it will not end well."""
        self._shelved.add(task.id)
        if task.outcome == READY:
            self.renderer.begin(task.id, lambda: self._order(task))

    def _order(self, task: Task) -> Order:
        finetune = self.finetunes.get(task.parameters.get("finetune_id", ""))
        return order_of(task, finetune, self.store.blobs(task.id))

    async def record_violation(self, what: str, task: Task | None) -> None:
        """Remember something that a careful client never does."""
        job = task.id if task else None
        self.violations.append(Violation(service=BFL, job=job, what=what, at=self.clock()))
        if task:
            task.violations.append(what)
            await self.save_task(task)

    def ledger(self) -> list[LedgerEntry]:
        """Return what was accepted and billed, oldest first."""
        return [_entry(task, self.clock()) for task in self.tasks.values()]


def _piece_blobs(finetune: Finetune) -> list[Blob]:
    return [(finetune.id, f"piece-{number:03}", piece) for number, piece in enumerate(finetune.pieces)]


def _entry(task: Task, now: float) -> LedgerEntry:
    return LedgerEntry(
        service=BFL,
        id=task.id,
        key=task.key_name,
        kind=task.kind,
        endpoint=task.endpoint,
        cost=task.cost,
        accepted_at=task.accepted_at,
        status=task.status(now),
        delivered=task.delivered,
        violations=list(task.violations),
    )


def format_of(task: Task) -> str:
    """Return the file format of a picture task: jpeg, png or webp."""
    return str(task.parameters.get("output_format") or endpoints()[task.endpoint].default_format)


def result_url(service: SimulatedService, task: Task) -> str:
    """Return the address of a finished picture."""
    expires = int(task.expires_at)
    query = urlencode({"expires": expires, "signature": signature(service, task.id, expires)})
    return f"{service.addresses.delivery}/results/{task.id}/sample.{format_of(task)}?{query}"


def signature(service: SimulatedService, task_id: str, expires: int) -> str:
    """Return the signature that the address of a result must carry."""
    text = f"{task_id}:{expires}".encode()
    return hmac.new(service.signing_key, text, hashlib.sha256).hexdigest()


_UNTITLED = ""


def order_of(task: Task, finetune: Finetune | None, blobs: Mapping[str, bytes]) -> Order:
    """Return the order for `task`; `blobs` holds its input pictures, `finetune` what it generates with."""
    endpoint = endpoints()[task.endpoint]
    if task.size is None:
        raise ValueError(f"Task {task.id} makes no picture.")
    return Order(
        endpoint=task.endpoint,
        job=endpoint.job,
        prompt=task.parameters.get("prompt") or _UNTITLED,
        seed=task.seed,
        size=task.size,
        format_name=task.parameters.get("output_format") or endpoint.default_format,
        parameters=task.parameters,
        inputs={name: blobs[name] for name in task.input_names if name in blobs},
        pieces=_pieces(finetune),
        strength=float(task.parameters.get("finetune_strength") or 0.0),
    )


def _pieces(finetune: Finetune | None) -> tuple[bytes, ...]:
    if finetune is None:
        return ()
    return finetune.pieces or sample_pieces(finetune.id)

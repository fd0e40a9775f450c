"""Which models and versions there are, and who may see, use or delete them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from fluxtui.simulator.core.clock import Clock
from fluxtui.simulator.core.state import Record, StateStore
from fluxtui.simulator.replicate import problems
from fluxtui.simulator.replicate.catalogue import TRAINED, BuiltIn, Recipe
from fluxtui.simulator.replicate.members import Member
from fluxtui.simulator.replicate.models import VERSION_ID, Model, Version

_REFERENCE = re.compile(r"(?P<model>[^/:]+/[^/:]+)(:(?P<version>[0-9a-f]{64}))?")
_MODEL, _VERSION = "replicate-model", "replicate-version"
VERSION_DELETION_SECONDS = 5.0
"""How long a deleted version stays. In reality it may be a few minutes."""
HIDDEN = "hidden"
"""What an official model's predictions give for their version."""


@dataclass(frozen=True, slots=True)
class Runnable:
    """Something that can be run: a model by its full name, a version of it, and the training that made it."""

    model: str
    version: str
    recipe: Recipe
    job: str | None = None


class Library:
    """Models and versions, those that are always there and those in the state."""

    def __init__(self, built_in: Mapping[str, BuiltIn], store: StateStore, clock: Clock) -> None:
        self.built_in = built_in
        self.models: dict[str, Model] = {}
        self.versions: dict[str, Version] = {}
        self._store, self._clock = store, clock
        self.load()

    def load(self) -> None:
        """Read the state anew."""
        models = [Model(**document) for document in self._store.records(_MODEL)]
        versions = [Version(**document) for document in self._store.records(_VERSION)]
        self.models = {model.full_name: model for model in models}
        self.versions = {version.id: version for version in versions}

    async def save(self, model: Model) -> None:
        """Write a new or changed model."""
        self.models[model.full_name] = model
        await asyncio.to_thread(self._store.save, [(_MODEL, model.full_name, model.document())])

    async def delete(self, model: Model) -> None:
        """Delete a model."""
        del self.models[model.full_name]
        await asyncio.to_thread(self._store.forget, _MODEL, model.full_name)

    def add_version(self, version: Version) -> Record:
        """Take on a version; return what is to be written in one transaction with its training."""
        self.versions[version.id] = version
        return (_VERSION, version.id, version.document())

    async def retire(self, version: Version) -> None:
        """Let a version go in a moment."""
        version.gone_at = self._clock() + VERSION_DELETION_SECONDS
        await asyncio.to_thread(self._store.save, [(_VERSION, version.id, version.document())])

    async def drop_versions_of(self, job_id: str) -> None:
        """Forget the version that a training was to make."""
        for version in [kept for kept in self.versions.values() if kept.job == job_id]:
            del self.versions[version.id]
            await asyncio.to_thread(self._store.forget, _VERSION, version.id)

    def gone(self, version_id: str) -> bool:
        """Say whether a version was deleted."""
        version = self.versions.get(version_id)
        return version is not None and version.gone_at is not None and self._clock() >= version.gone_at

    def visible(self, member: Member, full_name: str) -> Model | BuiltIn:
        """Return a public model or one of the member's own. Raises ProblemError (404)."""
        built_in = self.built_in.get(full_name)
        if built_in is not None:
            return built_in
        model = self.models.get(full_name)
        if model is None or not _shown(model, member):
            raise problems.not_found()
        return model

    def own(self, member: Member, full_name: str) -> Model:
        """Return a model of the member. Raises ProblemError (404)."""
        model = self.visible(member, full_name)
        if isinstance(model, BuiltIn) or not member.owns(model.owner):
            raise problems.not_found()
        return model

    def destination(self, member: Member, full_name: str) -> Model:
        """Return the model that a training is to end in. Raises ProblemError (404)."""
        try:
            return self.own(member, full_name)
        except problems.ProblemError:
            raise problems.no_such_destination() from None

    def public(self) -> list[Model | BuiltIn]:
        """Return the models that everybody sees."""
        made = [model for model in self.models.values() if model.visibility == "public"]
        return [*self.built_in.values(), *made]

    def versions_of(self, full_name: str) -> list[Version]:
        """Return the versions of a model that trainings made, newest first."""
        now = self._clock()
        found = [version for version in self.versions.values() if version.model == full_name]
        return sorted(
            (version for version in found if version.visible(now)),
            key=lambda version: version.created_at,
            reverse=True,
        )

    def visible_versions(self, member: Member, full_name: str) -> list[Version]:
        """Return the trained versions of a model, newest first; none where the member may not see it."""
        model = self.models.get(full_name)
        return self.versions_of(full_name) if model is not None and _shown(model, member) else []

    def version(self, member: Member, full_name: str, version_id: str) -> Version | BuiltIn:
        """Return a version of a visible model. Raises ProblemError (404)."""
        model = self.visible(member, full_name)
        if isinstance(model, BuiltIn):
            if version_id == model.version:
                return model
        else:
            for version in self.versions_of(full_name):
                if version.id == version_id:
                    return version
        raise problems.not_found()

    def trainer(self, member: Member, full_name: str, version_id: str) -> BuiltIn:
        """Return the model that trains in a version. Raises ProblemError (404, 422)."""
        found = self.version(member, full_name, version_id)
        if isinstance(found, Version) or not found.recipe.trains:
            raise problems.ProblemError(422, "The specified version does not support training")
        return found

    def runnable(self, member: Member, reference: str) -> Runnable:
        """Return what `version` of a prediction names. Raises ProblemError (422).

        That is 64 hexadecimal digits, owner/name:digits, or owner/name of an official model.
        """
        match = _REFERENCE.fullmatch(reference)
        if VERSION_ID.fullmatch(reference):
            found = self._by_digits(member, reference, None)
        elif match is not None and match["version"]:
            found = self._by_digits(member, match["version"], match["model"])
        else:
            found = self.official(reference)
        if found is None:
            raise problems.unknown_version()
        return found

    def official(self, full_name: str) -> Runnable | None:
        """Return the official model of that name, or None."""
        model = self.built_in.get(full_name)
        if model is None or not model.official:
            return None
        return Runnable(full_name, HIDDEN, model.recipe)

    def _by_digits(self, member: Member, version_id: str, full_name: str | None) -> Runnable | None:
        for model in self.built_in.values():
            if model.version == version_id and full_name in (None, model.full_name):
                trains = model.recipe.trains
                return None if trains else Runnable(model.full_name, version_id, model.recipe)
        version = self.versions.get(version_id)
        if version is None or full_name not in (None, version.model) or not version.visible(self._clock()):
            return None
        if not _shown(self.models[version.model], member):
            return None
        return Runnable(version.model, version.id, TRAINED, version.job)


def _shown(model: Model, member: Member) -> bool:
    return model.visibility == "public" or member.owns(model.owner)

"""Where the orders of the chaos go: what differs between one provider and another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from fluxtui.domain.jobs import JobKind, JobState
from fluxtui.providers.base import Abilities
from fluxtui.providers.registry import provider_hosts
from fluxtui.simulator.core.faults import (
    ABORTED,
    EXPIRED,
    OUTCOME_KINDS,
    TRUNCATED_ARCHIVE,
    TRUNCATED_IMAGE,
    TRUNCATED_WEIGHTS,
    WRONG_TYPE,
)
from fluxtui.simulator.core.keys import VALID_KEY
from fluxtui.simulator.fal import keys as fal_keys
from fluxtui.simulator.replicate import keys as replicate_keys

_SMALL = {"width": 256, "height": 256}
_SPOILT = (TRUNCATED_IMAGE, WRONG_TYPE, EXPIRED)


@dataclass(frozen=True)
class Use:
    """An endpoint for generations.

    Attributes:
        endpoint: its id.
        values: that each generation has besides prompt and seed.
        picture: the parameter of an input picture, or nothing.
        finetuned: whether it generates with a finetune.
    """

    endpoint: str
    values: Mapping[str, Any]
    picture: str = ""
    finetuned: bool = True


@dataclass(frozen=True)
class Venue:
    """A provider, as the simulator stands for it and as the drivers use it.

    Attributes:
        id: of the provider and of the simulator's service.
        key: that works there.
        addresses: what a profile calls each address, and the role under which the simulator listens there.
        usual: what most generations use.
        other: what every fifth uses.
        trainer: that trains.
        training: the values of each training besides its marker.
        marked: the parameters of a training that hold its marker; the service is told the first.
        ready: the service's word for a job that went well.
        says: its words for a job that ends here in a state.
        spoilt: faults that strike only what is delivered.
        outcomes: faults that decide how a job ends.
        public: what the paths of files begin with that anybody can fetch.
        sends_files: whether archives and weights are files of their own, uploaded before and fetched after.
    """

    id: str
    key: str
    addresses: Mapping[str, str]
    usual: Use
    other: Use
    trainer: str
    training: Mapping[str, Any]
    marked: tuple[str, ...]
    ready: str
    says: Mapping[JobState, frozenset[str]]
    spoilt: tuple[str, ...] = _SPOILT
    outcomes: tuple[str, ...] = OUTCOME_KINDS
    public: tuple[str, ...] = ()
    sends_files: bool = True

    @property
    def abilities(self) -> Abilities:
        """What the provider can do."""
        module, _, name = provider_hosts(self.id).maker.partition(":")
        found: Abilities = getattr(import_module(module), name).abilities
        return found

    def marker_of(self, kind: str, parameters: Mapping[str, Any]) -> str:
        """Return the marker of a job or of what the service accepted, out of its parameters."""
        if kind == JobKind.TRAINING:
            return str(parameters[self.marked[0]])
        return str(parameters["prompt"]).rpartition(", ")[2]


BFL = Venue(
    id="bfl",
    key=VALID_KEY,
    addresses={"base_url": "submit"},
    usual=Use("flux-pro-1.1", _SMALL, "input_image", finetuned=False),
    other=Use("flux-2-pro", _SMALL, "input_image", finetuned=False),
    trainer="finetune",
    training={"mode": "style", "iterations": 100},
    marked=("finetune_comment",),
    ready="Ready",
    says={
        JobState.FAILED: frozenset({"Error"}),
        JobState.MODERATED: frozenset({"Request Moderated", "Content Moderated"}),
    },
    sends_files=False,
)
REPLICATE = Venue(
    id="replicate",
    key=replicate_keys.VALID_KEY,
    addresses={"base_url": "api"},
    usual=Use("trained-version", {**_SMALL, "aspect_ratio": "custom", "output_format": "png"}, "image"),
    other=Use("black-forest-labs/flux-dev-lora", {"megapixels": "0.25", "output_format": "png"}),
    trainer="ostris/flux-dev-lora-trainer",
    training={"steps": 100, "lora_rank": 4},
    marked=("trigger_word", "name"),
    ready="succeeded",
    says={
        JobState.FAILED: frozenset({"failed"}),
        JobState.MODERATED: frozenset({"failed"}),
        JobState.CANCELLED: frozenset({"aborted"}),
    },
    spoilt=(*_SPOILT, TRUNCATED_ARCHIVE),
    public=("/xezq/",),
    outcomes=(*OUTCOME_KINDS, ABORTED),
)
FAL = Venue(
    id="fal",
    key=fal_keys.VALID_KEY,
    addresses={"base_url": "queue", "rest_url": "rest", "platform_url": "platform"},
    usual=Use("fal-ai/flux-2/klein/9b/base/lora", {"image_size": "square"}),
    other=Use("fal-ai/flux-2/klein/9b/lora", {"image_size": "square"}),
    trainer="fal-ai/flux-2-klein-9b-base-trainer",
    training={"steps": 100},
    marked=("default_caption", "name"),
    ready="COMPLETED",
    says={
        JobState.FAILED: frozenset({"internal_server_error"}),
        JobState.MODERATED: frozenset({"content_policy_violation"}),
    },
    spoilt=(*_SPOILT, TRUNCATED_WEIGHTS),
    public=("/files/", "/uploads/"),
)
VENUES = {venue.id: venue for venue in (BFL, FAL, REPLICATE)}

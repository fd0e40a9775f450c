"""Every endpoint of Replicate, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.providers.replicate.generation import FluxDevLora, ReplicateGeneration, TrainedVersion
from fluxtui.providers.replicate.training import FastFluxTrainer, FluxDevLoraTrainer

TRAINING: tuple[type[TrainingEndpoint], ...] = (FluxDevLoraTrainer, FastFluxTrainer)

GENERATION: tuple[type[ReplicateGeneration], ...] = (TrainedVersion, FluxDevLora)

TRAINERS = frozenset(endpoint.info.id for endpoint in TRAINING)
"""The models that make LoRAs which `TrainedVersion` can run."""

"""Every endpoint of Replicate, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.providers.replicate import flux1, flux2, flux3
from fluxtui.providers.replicate.generation import FluxDevLora, ReplicateGeneration, TrainedVersion
from fluxtui.providers.replicate.training import FastFluxTrainer, FluxDevLoraTrainer

TRAINING: tuple[type[TrainingEndpoint], ...] = (FluxDevLoraTrainer, FastFluxTrainer)

GENERATION: tuple[type[ReplicateGeneration], ...] = (
    TrainedVersion,
    FluxDevLora,
    flux3.Flux3KleinLora,
    flux1.OfficialFluxDev,
    flux1.OfficialFluxSchnell,
    flux1.OfficialFluxKrea,
    flux1.OfficialFlux11Pro,
    flux1.OfficialFlux11ProUltra,
    flux1.OfficialKontextPro,
    flux1.OfficialKontextMax,
    flux1.OfficialKontextDev,
    flux2.OfficialFlux2Pro,
    flux2.OfficialFlux2Max,
    flux2.OfficialFlux2Flex,
    flux2.OfficialFlux2Dev,
    flux2.OfficialKlein4B,
    flux2.OfficialKlein9B,
    flux2.OfficialKlein9BBase,
)

TRAINERS = frozenset(endpoint.info.id for endpoint in TRAINING)
"""The models that make LoRAs which `TrainedVersion` can run."""

"""Every endpoint of fal.ai that is used here, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import GenerationEndpoint, TrainingEndpoint
from fluxtui.providers.fal import generation, training

TRAINING: tuple[type[TrainingEndpoint], ...] = (
    training.Klein9BTrainer,
    training.Flux2Trainer,
    training.Flux2TrainerV2,
    training.FastTrainer,
    training.PortraitTrainer,
    training.TurboTrainer,
    training.Flux3KleinTrainer,
    training.Klein4BTrainer,
)

GENERATION: tuple[type[GenerationEndpoint], ...] = (
    generation.Klein9BBaseLora,
    generation.Klein9BLora,
    generation.Klein4BBaseLora,
    generation.Klein4BLora,
    generation.Flux2Lora,
    generation.Flux1Lora,
    generation.KreaLora,
    generation.KontextLora,
    generation.Klein9BBaseEditLora,
    generation.Klein9BEditLora,
    generation.Klein4BBaseEditLora,
    generation.Klein4BEditLora,
    generation.Flux2EditLora,
)

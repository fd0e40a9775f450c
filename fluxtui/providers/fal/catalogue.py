"""Every endpoint of fal.ai that is used here, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import GenerationEndpoint, TrainingEndpoint
from fluxtui.providers.fal import edit_training, generation, other_training, training

TRAINING: tuple[type[TrainingEndpoint], ...] = (
    training.Klein9BTrainer,
    training.Flux2Trainer,
    training.Flux2TrainerV2,
    training.FastTrainer,
    training.PortraitTrainer,
    training.TurboTrainer,
    training.Flux3KleinTrainer,
    edit_training.Klein9BEditTrainer,
    edit_training.Flux2EditTrainer,
    edit_training.Flux2EditTrainerV2,
    edit_training.KontextTrainer,
    edit_training.Flux3KleinEditTrainer,
    other_training.Krea2Trainer,
    other_training.ZImageTurboTrainer,
    other_training.QwenImageTrainer,
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

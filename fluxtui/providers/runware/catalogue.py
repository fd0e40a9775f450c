"""Every endpoint of Runware, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.providers.runware.generation import (
    Flux1Dev,
    Flux1DevLora,
    Flux2Dev,
    Flux2DevLora,
    Klein4B,
    Klein4BBase,
    Klein4BBaseLora,
    Klein4BLora,
    Klein9B,
    Klein9BBase,
    Klein9BBaseLora,
    Klein9BLora,
    Kontext,
    KontextLora,
    Krea,
    KreaLora,
    RunwareGeneration,
    Schnell,
)

TRAINING: tuple[type[TrainingEndpoint], ...] = ()
"""Runware trains LoRAs too; what it takes of a dataset, in what ranges, and its price are not published."""

GENERATION: tuple[type[RunwareGeneration], ...] = (
    Klein9BBaseLora,
    Klein9BLora,
    Klein4BBaseLora,
    Klein4BLora,
    Flux2DevLora,
    Flux1DevLora,
    KreaLora,
    KontextLora,
    Klein9B,
    Klein9BBase,
    Klein4B,
    Klein4BBase,
    Flux2Dev,
    Flux1Dev,
    Krea,
    Schnell,
    Kontext,
)

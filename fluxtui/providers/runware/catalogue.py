"""Every endpoint of Runware, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import TrainingEndpoint
from fluxtui.providers.runware.generation import (
    RunwareFlux1Dev,
    RunwareFlux1DevLora,
    RunwareFlux2Dev,
    RunwareFlux2DevLora,
    RunwareGeneration,
    RunwareKlein4B,
    RunwareKlein4BBase,
    RunwareKlein4BBaseLora,
    RunwareKlein4BLora,
    RunwareKlein9B,
    RunwareKlein9BBase,
    RunwareKlein9BBaseLora,
    RunwareKlein9BLora,
    RunwareKontext,
    RunwareKontextLora,
    RunwareKrea,
    RunwareKreaLora,
    RunwareSchnell,
)

TRAINING: tuple[type[TrainingEndpoint], ...] = ()
"""Runware trains LoRAs too; what it takes of a dataset, in what ranges, and its price are not published."""

GENERATION: tuple[type[RunwareGeneration], ...] = (
    RunwareKlein9BBaseLora,
    RunwareKlein9BLora,
    RunwareKlein4BBaseLora,
    RunwareKlein4BLora,
    RunwareFlux2DevLora,
    RunwareFlux1DevLora,
    RunwareKreaLora,
    RunwareKontextLora,
    RunwareKlein9B,
    RunwareKlein9BBase,
    RunwareKlein4B,
    RunwareKlein4BBase,
    RunwareFlux2Dev,
    RunwareFlux1Dev,
    RunwareKrea,
    RunwareSchnell,
    RunwareKontext,
)

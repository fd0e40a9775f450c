"""What the tests of LoRA files work with."""

from __future__ import annotations

import pytest

from fluxtui.services.journal import Journal
from fluxtui.services.lora import LoraService
from fluxtui.services.storage import StorageService


@pytest.fixture
def loras(data_directory: StorageService, open_journal: Journal) -> LoraService:
    return LoraService(data_directory, open_journal)

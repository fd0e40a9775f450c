"""Everything that the screens and the commands can ask for; each is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from fluxtui.api.trace import Trace
    from fluxtui.services.account import AccountService
    from fluxtui.services.batches import BatchService
    from fluxtui.services.budget import BudgetService
    from fluxtui.services.config import ConfigService
    from fluxtui.services.datasets import DatasetService
    from fluxtui.services.datasets.workspaces import WorkspaceService
    from fluxtui.services.finetune_defaults import FinetuneDefaults
    from fluxtui.services.finetuning import FinetuningService
    from fluxtui.services.gallery import GalleryService
    from fluxtui.services.inference import InferenceService
    from fluxtui.services.jobs import JobService, Pacing
    from fluxtui.services.jobs.gateway import Gateway
    from fluxtui.services.journal import Journal
    from fluxtui.services.lora import LoraService
    from fluxtui.services.models import ModelService
    from fluxtui.services.page import PageService
    from fluxtui.services.presets import PresetService
    from fluxtui.services.prices import PriceService
    from fluxtui.services.profiles import ProfileService
    from fluxtui.services.prompts import PromptService
    from fluxtui.services.session import SessionService
    from fluxtui.services.spending import SpendingService
    from fluxtui.services.storage import StorageService
    from fluxtui.services.thumbnails import ThumbnailCache
    from fluxtui.services.training_sets import TrainingSetService
    from fluxtui.services.validation import ValidationService


class Services:
    """What the program can do, wired and open.

    Args:
        config: the configuration, loaded.
        storage: the data directory, prepared.
        journal: open.
        connections: to the services of the profiles.
        trace: of what is sent.
        pacing: how often the services are asked about jobs.
        owner: names this program among those on the journal.
        reduce: makes a small picture of a file, for the page.
    """

    def __init__(
        self,
        *,
        config: ConfigService,
        storage: StorageService,
        journal: Journal,
        connections: Gateway,
        trace: Trace,
        pacing: Pacing,
        owner: str,
        reduce: Callable[[Path], Image],
    ) -> None:
        self.config = config
        self.storage = storage
        self.journal = journal
        self.trace = trace
        self._connections = connections
        self._pacing = pacing
        self._owner = owner
        self._reduce = reduce

    def made(self, name: str) -> bool:
        """Whether a service was asked for, and so may have something to end."""
        return name in self.__dict__

    @cached_property
    def validation(self) -> ValidationService:
        """Checks what is to be sent."""
        from fluxtui.services.validation import ValidationService

        return ValidationService()

    @cached_property
    def datasets(self) -> DatasetService:
        """Looks at folders and archives of pictures, and packs them."""
        from fluxtui.services.datasets import DatasetService

        return DatasetService(self.storage.cache_directory("looks"))

    @cached_property
    def workspaces(self) -> WorkspaceService:
        """Keeps what is changed in a dataset beside it."""
        from fluxtui.services.datasets.workspaces import WorkspaceService

        return WorkspaceService(self.storage)

    @cached_property
    def gallery(self) -> GalleryService:
        """Finds, marks and moves pictures."""
        from fluxtui.services.gallery import GalleryService

        return GalleryService(self.journal, self.storage)

    @cached_property
    def thumbnails(self) -> ThumbnailCache:
        """Keeps small pictures on the disk."""
        from fluxtui.services.thumbnails import ThumbnailCache

        return ThumbnailCache(self.storage.cache_directory("thumbnails"))

    @cached_property
    def models(self) -> ModelService:
        """Knows the finetunes."""
        from fluxtui.services.models import ModelService

        return ModelService(self.journal, self.storage, self._connections, lambda: self.loras)

    @cached_property
    def finetuning(self) -> FinetuningService:
        """Orders trainings."""
        from fluxtui.services.finetuning import FinetuningService

        return FinetuningService(
            self.journal,
            self.storage,
            self._connections,
            self.datasets,
            self.validation,
            self.jobs,
            prices=self.prices,
        )

    @cached_property
    def training_sets(self) -> TrainingSetService:
        """Knows what finetunes were trained on."""
        from fluxtui.services.training_sets import TrainingSetService

        return TrainingSetService(self.storage, self.datasets, self.workspaces)

    @cached_property
    def presets(self) -> PresetService:
        """Keeps settings of trainings under names."""
        from fluxtui.services.presets import PresetService

        return PresetService(self.journal)

    @cached_property
    def inference(self) -> InferenceService:
        """Orders pictures."""
        from fluxtui.services.inference import InferenceService

        return InferenceService(
            self.journal, self.storage, self._connections, self.validation, self.jobs, prices=self.prices
        )

    @cached_property
    def batches(self) -> BatchService:
        """Knows the batches of pictures and makes their contact sheets."""
        from fluxtui.services.batches import BatchService

        return BatchService(self.journal, self.storage, self._connections)

    @cached_property
    def finetune_defaults(self) -> FinetuneDefaults:
        """Remembers what each finetune is used with."""
        from fluxtui.services.finetune_defaults import FinetuneDefaults

        return FinetuneDefaults(self.journal)

    @cached_property
    def prompts(self) -> PromptService:
        """Keeps prompts and reads templates."""
        from fluxtui.services.prompts import PromptService

        wildcards = self.config.config.prompts.wildcards_dir or self.storage.root / "wildcards"
        return PromptService(self.journal, wildcards)

    @cached_property
    def prices(self) -> PriceService:
        """Knows what the services said of their prices."""
        from fluxtui.services.prices import PriceService

        return PriceService(self.journal, self._connections)

    @cached_property
    def loras(self) -> LoraService:
        """Keeps and reads LoRA files."""
        from fluxtui.services.lora import LoraService

        return LoraService(self.storage, self.journal)

    @cached_property
    def jobs(self) -> JobService:
        """Submits, drives and cancels jobs."""
        from fluxtui.services.jobs import JobService

        return JobService(
            self.journal,
            self.storage,
            self._connections,
            owner=self._owner,
            pacing=self._pacing,
            budget=self.budget,
        )

    @cached_property
    def account(self) -> AccountService:
        """Knows balances and what was spent today."""
        from fluxtui.services.account import AccountService

        return AccountService(self.journal, self._connections)

    @cached_property
    def profiles(self) -> ProfileService:
        """Adds, changes and removes profiles."""
        from fluxtui.services.profiles import ProfileService

        return ProfileService(self.config, self.journal, self.jobs, self.account)

    @cached_property
    def budget(self) -> BudgetService:
        """Holds orders against the budgets."""
        from fluxtui.services.budget import BudgetService

        return BudgetService(self.journal, lambda: self.config.config.budget)

    @cached_property
    def spending(self) -> SpendingService:
        """Adds up what was spent."""
        from fluxtui.services.spending import SpendingService

        return SpendingService(self.journal, self.storage)

    @cached_property
    def session(self) -> SessionService:
        """Remembers what was typed and where the program was left."""
        from fluxtui.services.session import SessionService

        return SessionService(self.journal)

    @cached_property
    def page(self) -> PageService:
        """Shows the gallery in a browser."""
        from fluxtui.services.page import GalleryReader, PageService

        return PageService(GalleryReader(self.gallery, self.thumbnails, self._reduce))

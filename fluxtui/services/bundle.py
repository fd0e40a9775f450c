"""Everything that the screens and the commands can ask for, in one value."""

from __future__ import annotations

from dataclasses import dataclass

from fluxtui.api.trace import Trace
from fluxtui.services.account import AccountService
from fluxtui.services.batches import BatchService
from fluxtui.services.budget import BudgetService
from fluxtui.services.config import ConfigService
from fluxtui.services.datasets import DatasetService, WorkspaceService
from fluxtui.services.finetune_defaults import FinetuneDefaults
from fluxtui.services.finetuning import FinetuningService
from fluxtui.services.gallery import GalleryService
from fluxtui.services.inference import InferenceService
from fluxtui.services.jobs import JobService
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


@dataclass(frozen=True)
class Services:
    """What the program can do, wired and open."""

    config: ConfigService
    storage: StorageService
    journal: Journal
    validation: ValidationService
    datasets: DatasetService
    workspaces: WorkspaceService
    gallery: GalleryService
    thumbnails: ThumbnailCache
    models: ModelService
    finetuning: FinetuningService
    training_sets: TrainingSetService
    presets: PresetService
    inference: InferenceService
    batches: BatchService
    finetune_defaults: FinetuneDefaults
    prompts: PromptService
    prices: PriceService
    loras: LoraService
    jobs: JobService
    account: AccountService
    profiles: ProfileService
    budget: BudgetService
    spending: SpendingService
    session: SessionService
    trace: Trace
    page: PageService

"""The finetunes of all profiles and the files of LoRAs: listed, looked after, and where they can be used."""

from fluxtui.services.models.answers import ProfileAnswer, RefreshResult
from fluxtui.services.models.glance import KIND_WORDS, Glance, model_words
from fluxtui.services.models.removal import Removal
from fluxtui.services.models.service import ADDED_BY_HAND, ModelService, check_id, shown_names
from fluxtui.services.models.uses import FileState, ProfileOffers, Uses

__all__ = [
    "ADDED_BY_HAND",
    "KIND_WORDS",
    "FileState",
    "Glance",
    "ModelService",
    "ProfileAnswer",
    "ProfileOffers",
    "RefreshResult",
    "Removal",
    "Uses",
    "check_id",
    "model_words",
    "shown_names",
]

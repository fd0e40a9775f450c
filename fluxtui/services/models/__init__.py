"""The finetunes of all profiles and the files of LoRAs: listed, looked after, and where they can be used."""

from fluxtui.services.models.answers import ProfileAnswer, RefreshResult
from fluxtui.services.models.removal import Removal
from fluxtui.services.models.service import ADDED_BY_HAND, ModelService, check_id, shown_names
from fluxtui.services.models.uses import FileState, ProfileOffers, Uses
from fluxtui.services.models.weights import Glance

__all__ = [
    "ADDED_BY_HAND",
    "FileState",
    "Glance",
    "ModelService",
    "ProfileAnswer",
    "ProfileOffers",
    "RefreshResult",
    "Removal",
    "Uses",
    "check_id",
    "shown_names",
]

"""The finetunes of all profiles and the files of LoRAs: listed, looked after, and where they can be used.

What they are told in stands in the modules: a start lists finetunes and needs none of it.
"""

from fluxtui.services.models.service import ADDED_BY_HAND, ModelService, check_id, shown_names

__all__ = ["ADDED_BY_HAND", "ModelService", "check_id", "shown_names"]

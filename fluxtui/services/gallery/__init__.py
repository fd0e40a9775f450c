"""The gallery: finding, marking, trashing and exporting pictures."""

from fluxtui.services.gallery.exports import Exported
from fluxtui.services.gallery.service import GalleryService

__all__ = ["Exported", "GalleryService"]

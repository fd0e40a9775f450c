"""The Gallery place: all pictures, with the user's marks."""

from fluxtui.screens.gallery.screen import GalleryScreen

__all__ = ["GalleryScreen"]

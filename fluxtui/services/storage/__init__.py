"""The data directory: pictures, kept inputs and training archives, private to the user, never overwritten."""

from fluxtui.services.storage.service import StorageService

__all__ = ["StorageService"]

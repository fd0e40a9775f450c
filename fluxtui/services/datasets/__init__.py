"""Folders and archives of training pictures: looked through, judged, and packed for a trainer."""

from fluxtui.services.datasets.service import DatasetService

__all__ = ["DatasetService"]

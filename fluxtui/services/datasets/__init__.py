"""Folders and archives of training pictures: looked through, judged, edited, and packed for a trainer.

What is changed in them is kept by `workspaces`, which a start does not need.
"""

from fluxtui.services.datasets.service import DatasetService

__all__ = ["DatasetService"]

"""Folders and archives of training pictures: looked through, judged, edited, and packed for a trainer."""

from fluxtui.services.datasets.service import DatasetService
from fluxtui.services.datasets.workspaces import WorkspaceService

__all__ = ["DatasetService", "WorkspaceService"]

"""The workbench: training pictures and their captions, seen and mended before anything is sent."""

from fluxtui.screens.workbench.screen import WorkbenchScreen

__all__ = ["WorkbenchScreen"]

"""Pictures in the whole terminal: one after another, or several beside each other."""

from fluxtui.controllers.pictures.item import ViewItem
from fluxtui.screens.view.compare import CompareScreen
from fluxtui.screens.view.screen import ViewScreen

__all__ = ["CompareScreen", "ViewItem", "ViewScreen"]

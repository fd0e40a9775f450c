"""The place where finetunes are looked through."""

from fluxtui.screens.models.screen import ModelsScreen

__all__ = ["ModelsScreen"]

"""The place where finetunes are trained."""

from fluxtui.screens.finetune.screen import FinetuneScreen

__all__ = ["FinetuneScreen"]

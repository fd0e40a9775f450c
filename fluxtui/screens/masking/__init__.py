"""Where a mask is drawn over a picture by keys."""

from fluxtui.screens.masking.screen import MaskScreen

__all__ = ["MaskScreen"]

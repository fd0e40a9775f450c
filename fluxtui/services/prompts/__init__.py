"""Prompts before they are sent: templates and wildcards, styles, and the history of what was used."""

from fluxtui.services.prompts.history import PastPrompt, PromptOrigin
from fluxtui.services.prompts.service import PromptService, UsedTemplate, WildcardDoubt
from fluxtui.services.prompts.styles import BUILT_IN, Style

__all__ = [
    "BUILT_IN",
    "PastPrompt",
    "PromptOrigin",
    "PromptService",
    "Style",
    "UsedTemplate",
    "WildcardDoubt",
]

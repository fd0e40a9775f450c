"""The generate place: prompts, parameters, and the pictures that come of them."""

from fluxtui.screens.generate import questions
from fluxtui.screens.generate.screen import GenerateScreen

__all__ = ["GenerateScreen", "questions"]

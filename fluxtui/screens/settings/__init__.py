"""The Settings place: profile, key, money, pictures and looks."""

from fluxtui.screens.settings.screen import SettingsScreen

__all__ = ["SettingsScreen"]

"""The configuration: environment first, then the file, then defaults."""

from fluxtui.services.config.model import Config, Profile
from fluxtui.services.config.service import ConfigService, KeyPlace

__all__ = ["Config", "ConfigService", "KeyPlace", "Profile"]

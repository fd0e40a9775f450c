"""Every key of the configuration, with its range and default. `config.example.toml` says them for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from fluxtui.domain.axis_values import MOST_PICTURES
from fluxtui.providers.registry import DEFAULT_PROVIDER, is_provider, provider_hosts
from fluxtui.services.config.checks import (
    absolute_path,
    checked_base_url,
    checked_command,
    checked_key,
    checked_login,
    checked_profile_name,
    checked_provider,
    checked_shortcuts,
)

ProfileName = Annotated[str, AfterValidator(checked_profile_name)]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
BudgetLimit = Annotated[float | None, Field(ge=0, allow_inf_nan=False)]

BaseUrl = Annotated[str, BeforeValidator(checked_base_url)]

DEFAULT_PROFILE = DEFAULT_PROVIDER
"""The profile of a configuration that names none."""


KEY_FIELDS = ("api_key", "api_key_keyring", "api_key_command")
"""What of a profile says where its key is, in the order in which it counts."""

TOKEN_FIELDS = ("huggingface_token", "civitai_token")
"""What of a profile is a secret of another place."""


class _Table(BaseModel):
    # A faulty value can be a key in the wrong place, so errors never carry values.
    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid", hide_input_in_errors=True)


class Profile(_Table):
    """A service, where it is, and the key for it.

    An `api_key` comes before the system's keyring (`api_key_keyring`), that before an `api_key_command`.

    `rest_url` and `platform_url` are further addresses of a service that has them; None is the usual one.

    `huggingface_token` and `civitai_token` are for LoRAs there that not everybody may fetch.
    """

    provider: Annotated[str, BeforeValidator(checked_provider)] = DEFAULT_PROVIDER
    base_url: BaseUrl = provider_hosts(DEFAULT_PROVIDER).default_base_url
    rest_url: BaseUrl | None = None
    platform_url: BaseUrl | None = None
    api_key: SecretStr | None = None
    api_key_keyring: bool = False
    api_key_command: str | tuple[str, ...] | None = None
    huggingface_token: SecretStr | None = None
    civitai_token: SecretStr | None = None

    @model_validator(mode="before")
    @classmethod
    def _follow_provider(cls, values: Any) -> Any:
        """Take the address of the provider where none is given."""
        provider = values.get("provider") if isinstance(values, dict) else None
        if is_provider(provider) and values.get("base_url") is None:
            return {**values, "base_url": provider_hosts(provider).default_base_url}
        return values

    @property
    def has_key(self) -> bool:
        """Whether a key is given, is in the keyring, or there is a command that prints one."""
        return self.api_key is not None or self.api_key_keyring or self.api_key_command is not None

    @property
    def bases(self) -> dict[str, str]:
        """The further addresses of the service, by the role that its provider knows them under."""
        chosen = {"rest": self.rest_url, "platform": self.platform_url}
        usual = provider_hosts(self.provider).other_bases
        return {role: chosen.get(role) or url for role, url in usual.items()}

    @property
    def tokens(self) -> dict[str, SecretStr]:
        """The tokens of places that the service may fetch LoRAs from, by the host of each."""
        given = {"huggingface.co": self.huggingface_token, "civitai.com": self.civitai_token}
        return {host: token for host, token in given.items() if token is not None}

    @field_validator("api_key", *TOKEN_FIELDS)
    @classmethod
    def _check_key(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None else checked_key(key.get_secret_value())

    @field_validator("api_key_command", mode="before")
    @classmethod
    def _check_command(cls, command: Any) -> Any:
        return checked_command(command)


class StorageSettings(_Table):
    """Where data is kept; None is the platform's directory for it."""

    data_dir: Annotated[Path, BeforeValidator(absolute_path)] | None = None


class ImageSettings(_Table):
    """How pictures are shown; None lets the bytes of a preview follow from the line's speed.

    `characters` are those that pictures are drawn in where there are no pixels.
    """

    protocol: Literal["auto", "kitty", "iterm2", "sixel", "halfcell", "none"] = "auto"
    characters: Literal["auto", "half", "quadrant", "sextant"] = "auto"
    max_bytes: Annotated[int, Field(ge=10_000, le=50_000_000)] | None = None


class GenerationSettings(_Table):
    """What is asked before paying: the USD above which to confirm, and how many images at first."""

    confirm_above_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 1.0
    images: Annotated[int, Field(ge=1, le=MOST_PICTURES)] = 1


class PromptSettings(_Table):
    """Where the wildcards of prompts are; None is the directory `wildcards` beside the journal."""

    wildcards_dir: Annotated[Path, BeforeValidator(absolute_path)] | None = None


class BudgetSettings(_Table):
    """The most that may be spent, in USD, on all profiles together; None is no limit."""

    day_usd: BudgetLimit = None
    month_usd: BudgetLimit = None


class InterfaceSettings(_Table):
    """How the program looks and behaves."""

    theme: Annotated[str, StringConstraints(min_length=1, max_length=60)] = "fluxtui-dark"
    bell: bool = True
    mouse: bool = True
    only_changes: bool = True


class HomeSettings(_Table):
    """How pictures get home: this machine's name for ssh (or `user@name`), its SSH port, the page's port."""

    host: Annotated[str | None, AfterValidator(checked_login)] = None
    ssh_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    page_port: Annotated[int, Field(ge=0, le=65535)] = 8790


class NetworkSettings(_Table):
    """How long to wait for a service, in seconds: for a connection, for more data, for a whole answer."""

    connect_seconds: Seconds = 10.0
    read_seconds: Seconds = 60.0
    total_seconds: Seconds = 120.0


class LogSettings(_Table):
    """How much is written to the log."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(_Table):
    """The whole configuration. `profile` names the active one of `profiles`.

    `keys` has the keys of actions that have others than by themselves, by the actions' ids.
    """

    profile: ProfileName = DEFAULT_PROFILE
    profiles: dict[ProfileName, Profile] = Field(default_factory=lambda: {DEFAULT_PROFILE: Profile()})
    storage: StorageSettings = StorageSettings()
    images: ImageSettings = ImageSettings()
    generation: GenerationSettings = GenerationSettings()
    prompts: PromptSettings = PromptSettings()
    budget: BudgetSettings = BudgetSettings()
    interface: InterfaceSettings = InterfaceSettings()
    home: HomeSettings = HomeSettings()
    network: NetworkSettings = NetworkSettings()
    log: LogSettings = LogSettings()
    keys: Annotated[dict[str, str], BeforeValidator(checked_shortcuts)] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _choose_profile(cls, values: Any) -> Any:
        if isinstance(values, dict) and "profile" not in values:
            return {**values, "profile": default_profile(values.get("profiles"))}
        return values

    @field_validator("profiles")
    @classmethod
    def _need_a_profile(cls, profiles: dict[str, Profile]) -> dict[str, Profile]:
        if not profiles:
            raise ValueError("must hold at least one profile")
        return profiles


def default_profile(profiles: Any) -> str:
    """Return the profile that is active where none is chosen: the usual one, else the first."""
    if isinstance(profiles, dict) and profiles and DEFAULT_PROFILE not in profiles:
        return str(next(iter(profiles)))
    return DEFAULT_PROFILE

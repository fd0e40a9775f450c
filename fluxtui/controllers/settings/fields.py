"""The settings that can be changed in the program, read from the configuration's own models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, get_args

import annotated_types

from fluxtui.domain.endpoint import Control, Field
from fluxtui.services.config.model import (
    BudgetSettings,
    Config,
    GenerationSettings,
    HomeSettings,
    ImageSettings,
    InterfaceSettings,
    Profile,
)
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting: its dotted key, the model and field that hold it, and words for people."""

    key: str
    model: type[Any]
    title: str
    help: str
    unit: str | None = None
    empty: str = "no limit"
    """What it means where nothing is given."""

    @property
    def name(self) -> str:
        """The field of the model."""
        return self.key.rpartition(".")[2]


SETTINGS = (
    Setting(
        "base_url",
        Profile,
        "Server",
        "The address of the active profile's service: https, or http on this machine.",
    ),
    Setting(
        "generation.confirm_above_usd",
        GenerationSettings,
        "Ask above",
        "Generations that cost more are confirmed first; trainings always are.",
        "USD",
    ),
    Setting(
        "budget.day_usd",
        BudgetSettings,
        "Day's budget",
        "What would go over it is refused; trainings and pictures of all profiles.",
        "USD",
    ),
    Setting("budget.month_usd", BudgetSettings, "Month's budget", "The same for the calendar month.", "USD"),
    Setting("generation.images", GenerationSettings, "Pictures", "How many pictures a new form asks for."),
    Setting(
        "images.protocol",
        ImageSettings,
        "Show pictures",
        "How pictures are shown; auto takes the best. Holds from the next start.",
    ),
    Setting(
        "images.characters",
        ImageSettings,
        "Characters",
        "Of pictures without pixels, from the next start; auto takes the finest.",
    ),
    Setting(
        "interface.theme", InterfaceSettings, "Colours", "ansi-dark and ansi-light use the terminal's own."
    ),
    Setting("interface.bell", InterfaceSettings, "Bell", "Ring the terminal's bell when a job ends."),
    Setting(
        "interface.mouse",
        InterfaceSettings,
        "Mouse",
        "Take the mouse from the terminal. Holds from the next start.",
    ),
    Setting(
        "interface.only_changes",
        InterfaceSettings,
        "Only changes",
        "Send only the cells that have changed; Ctrl+L draws everything anew.",
    ),
    Setting(
        "home.host",
        HomeSettings,
        "This machine",
        "In your scp and ssh lines: a host, user@host, or a name that your ssh knows.",
        empty="as you reach it now",
    ),
    Setting(
        "home.ssh_port", HomeSettings, "SSH port", "Of its SSH server, for the same lines.", empty="usual"
    ),
    Setting(
        "home.page_port",
        HomeSettings,
        "Page's port",
        "Of the page with the gallery, on this machine only; 0 is any free one.",
    ),
)


def settings_fields(themes: Sequence[str]) -> tuple[Field, ...]:
    """Return the form's fields; the theme, which the models leave open, is chosen among `themes`."""
    open_choices: Mapping[str, Sequence[str]] = {"interface.theme": themes}
    return tuple(_field(setting, tuple(open_choices.get(setting.key, ()))) for setting in SETTINGS)


def settings_values(config: Config) -> dict[str, Any]:
    """Return the present values by dotted key."""
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        holder: Any = config.profiles[config.profile] if setting.model is Profile else config
        for part in setting.key.split("."):
            holder = getattr(holder, part)
        values[setting.key] = holder
    return values


def changes_between(config: Config, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs from the configuration, by the dotted keys of its file."""
    before = settings_values(config)
    changed = {key: value for key, value in values.items() if value != before[key]}
    if "base_url" in changed:
        changed[f"profiles.{config.profile}.base_url"] = changed.pop("base_url")
    return changed


def _field(setting: Setting, choices: tuple[str, ...]) -> Field:
    info = setting.model.model_fields[setting.name]
    kind, nullable = _without_none(info.annotation)
    choices = choices or tuple(str(value) for value in get_args(kind) if isinstance(value, str))
    limits = _limits(info.metadata)
    return Field(
        name=setting.key,
        title=setting.title,
        help=setting.help,
        control=_control(kind, choices),
        required=False,
        nullable=nullable,
        default=info.default,
        unit=setting.unit,
        minimum=limits.get("ge"),
        maximum=limits.get("le"),
        choices=choices,
        empty=setting.empty if nullable else "",
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    return (kinds[0], True) if len(kinds) < len(get_args(annotation)) else (annotation, False)


def _control(annotation: Any, choices: tuple[str, ...]) -> Control:
    if choices:
        return Control.CHOICE
    return {bool: Control.TOGGLE, int: Control.INTEGER, float: Control.NUMBER}.get(annotation, Control.TEXT)


def _limits(metadata: Sequence[Any]) -> dict[str, float]:
    limits: dict[str, float] = {}
    for item in metadata:
        members = [item, *getattr(item, "metadata", ())]
        for member in members:
            if isinstance(member, annotated_types.Ge):
                limits["ge"] = float(str(member.ge))
            elif isinstance(member, annotated_types.Le):
                limits["le"] = float(str(member.le))
    return limits

"""The three layers of the configuration made one tree, remembering where each value came from."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from fluxtui.domain.text import safe_text
from fluxtui.providers.registry import DEFAULT_PROVIDER, is_provider, provider_hosts, provider_ids
from fluxtui.services.config.model import (
    DEFAULT_PROFILE,
    KEY_FIELDS,
    Config,
    Profile,
    default_profile,
)
from fluxtui.system.dataclass import dataclass

PREFIX = "FLUXTUI_"
COMMAND_LINE = "the command line"
_SHORT_NAMES = {"FLUXTUI_DATA_DIR": "storage.data_dir"}
_ELSEWHERE = frozenset({"FLUXTUI_CONFIG"})


@dataclass
class Layers:
    """A tree of values, with the places of those that are not from the file, by dotted key.

    `kept` are the names of the profiles that are in the file.
    """

    tree: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    kept: frozenset[str] = frozenset()

    def is_given(self, key: str) -> bool:
        """Tell whether the command line or a variable gives a value, or one below a table."""
        return any(place == key or place.startswith(f"{key}.") for place in self.places)

    def put(self, key: str, value: Any, place: str) -> None:
        """Set a value by its dotted key, unless a table on the way is no table: that will be reported."""
        if set_value(self.tree, key, value):
            self.places[key] = place


def merge(
    file: Mapping[str, Any],
    environ: Mapping[str, str],
    overrides: Mapping[str, Any],
    first_profile: str | None = None,
) -> Layers:
    """Return one tree of the file's values, the environment's over them, and `overrides` over all.

    Args:
        file: the tree as read from TOML.
        environ: the rule for a variable's name is FLUXTUI_ and the dotted key in capitals with `_` for
            the dot. Keys of a profile are named without `profiles.NAME` and are those of the active one.
        overrides: values by dotted key, of the command line; keys of a profile as in the environment.
        first_profile: the active profile where nothing says another.
    """
    layers = Layers(_copy(file))
    if isinstance(layers.tree.get("profiles"), dict):
        layers.kept = frozenset(layers.tree["profiles"])
    if first_profile is not None:
        layers.tree.setdefault("profile", first_profile)
    given = {key: value for key, value in overrides.items() if value is not None}
    variables = {name: text for name, text in environ.items() if text and name not in _ELSEWHERE}
    for key, value in given.items():
        if "." in key or key not in Profile.model_fields:
            layers.put(key, value, COMMAND_LINE)
    if "profile" not in given and "FLUXTUI_PROFILE" in variables:
        layers.put("profile", variables["FLUXTUI_PROFILE"], "FLUXTUI_PROFILE")
    chosen = layers.tree.get("profile")
    active = chosen if isinstance(chosen, str) else default_profile(layers.tree.get("profiles"))
    for key in given.keys() & Profile.model_fields.keys():
        layers.put(f"profiles.{active}.{key}", given[key], COMMAND_LINE)
    _put_variables(layers, variables, active)
    _put_keys(layers, variables)
    return layers


def _put_variables(layers: Layers, variables: Mapping[str, str], active: str) -> None:
    known = variable_names(active)
    for name, text in variables.items():
        key = known.get(name)
        if key is not None and layers.places.get(key) != COMMAND_LINE:
            layers.put(key, text, name)
        elif key is None and name.startswith(PREFIX):
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            layers.warnings.append(f"The variable {safe_text(name, limit=80)} means nothing here.{hint}")


def _put_keys(layers: Layers, variables: Mapping[str, str]) -> None:
    """Put the customary variables over the keys of all profiles of their provider."""
    profiles = layers.tree.get("profiles", {DEFAULT_PROFILE: {}})
    if not isinstance(profiles, dict):
        return
    for name, profile in tuple(profiles.items()):
        provider = profile.get("provider", DEFAULT_PROVIDER) if isinstance(profile, dict) else None
        variable = provider_hosts(provider).key_variable if is_provider(provider) else ""
        key = f"profiles.{name}.api_key"
        # A name with a dot is no name of a profile, and will be reported.
        if variable in variables and key not in layers.places and "." not in name:
            layers.put(key, variables[variable], variable)
    _add_profiles(layers, variables, profiles)


def _add_profiles(layers: Layers, variables: Mapping[str, str], profiles: Mapping[str, Any]) -> None:
    """Add a profile for each provider whose customary variable is set, and that has none yet.

    The first of them is the active one where none is chosen and the usual one has no key.
    """
    tables = [profile for profile in profiles.values() if isinstance(profile, dict)]
    named = (profile.get("provider", DEFAULT_PROVIDER) for profile in tables)
    present = {provider for provider in named if is_provider(provider)}
    for provider in provider_ids():
        variable = provider_hosts(provider).key_variable
        if provider in present or provider in profiles or variable not in variables:
            continue
        layers.tree.setdefault("profiles", {DEFAULT_PROFILE: {}})
        layers.put(f"profiles.{provider}.provider", provider, variable)
        layers.put(f"profiles.{provider}.api_key", variables[variable], variable)
        usual = layers.tree["profiles"].get(DEFAULT_PROFILE, {})
        has_key = isinstance(usual, dict) and any(map(usual.get, KEY_FIELDS))
        if (
            "profile" not in layers.tree
            and len(profiles) == 1
            and DEFAULT_PROFILE in profiles
            and not has_key
        ):
            layers.put("profile", provider, variable)


def variable_names(active: str) -> dict[str, str]:
    """Return the dotted key that each variable sets, by the variable's name."""
    keys = [key for key in dotted_keys(Config) if not key.startswith("profiles.")]
    names = {PREFIX + key.replace(".", "_").upper(): key for key in keys}
    names |= {PREFIX + key.upper(): f"profiles.{active}.{key}" for key in Profile.model_fields}
    return names | _SHORT_NAMES


def dotted_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield every key of a model that holds a value; `profiles.NAME.key` for those of profiles.

    The table `keys` has none of its own: its names are those of actions.
    """
    for name, info in model.model_fields.items():
        if name == "keys" and model is Config:
            continue
        if name == "profiles" and model is Config:
            yield from dotted_keys(Profile, "profiles.NAME.")
        elif isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from dotted_keys(info.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def table_at(path: tuple[str, ...]) -> type[BaseModel] | None:
    """Return the model of the table at a path, or None where there is none."""
    table: Any = Config
    for part in path:
        if table is dict:
            table = Profile
        elif table in (None, Profile) or part not in table.model_fields:
            return None
        else:
            annotation = table.model_fields[part].annotation
            table = dict if part == "profiles" and get_args(annotation) else annotation
    return table if isinstance(table, type) and issubclass(table, BaseModel) else None


def set_value(tree: dict[str, Any], key: str, value: Any) -> bool:
    """Set a value in a tree by its dotted key; False if something on the way is not a table."""
    *path, last = key.split(".")
    table: Any = tree
    for part in path:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return False
    table[last] = value
    return True


def remove_value(tree: dict[str, Any], key: str) -> None:
    """Remove a value or table by its dotted key, if it is there."""
    first, _, rest = key.partition(".")
    if not rest:
        tree.pop(first, None)
    elif isinstance(tree.get(first), dict):
        remove_value(tree[first], rest)


def plain(value: Any) -> Any:
    """Return a value as TOML can hold it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in value.model_fields_set}
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items() if member is not None}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    return str(value) if isinstance(value, str | Path) else value


def _copy(tree: Any) -> Any:
    if isinstance(tree, Mapping):
        return {name: _copy(value) for name, value in tree.items()}
    return tree

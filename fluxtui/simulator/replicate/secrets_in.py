"""Hides the secrets among a job's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SECRETS = ("hf_token", "wandb_api_key", "hf_api_token", "civitai_api_token")
_HIDDEN = "[REDACTED]"


def without_secrets(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return `inputs` as they are kept and shown."""
    return {name: _HIDDEN if value and name in _SECRETS else value for name, value in inputs.items()}

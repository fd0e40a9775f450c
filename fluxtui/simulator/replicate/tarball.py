"""The file of weights that a training leaves: a tar with the folders of replicate/flux-fine-tuner."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

NAME = "trained_model.tar"
_FOLDER = "output/flux_train_replicate"


def weights_tar(
    weights: bytes, inputs: Mapping[str, Any], captions: Mapping[str, str], moment: float
) -> bytes:
    """Return a tar of the safetensors file `weights`, the configuration and the captions, as of `moment`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        _add(archive, f"{_FOLDER}/config.yaml", _configuration(inputs).encode(), moment)
        _add(archive, f"{_FOLDER}/lora.safetensors", weights, moment)
        _add_folder(archive, f"{_FOLDER}/captions", moment)
        for name, text in sorted(captions.items()):
            _add(archive, f"{_FOLDER}/captions/{name}", text.encode(), moment)
    return buffer.getvalue()


def _configuration(inputs: Mapping[str, Any]) -> str:
    """Write the inputs as YAML, whose plain values are those of JSON."""
    kept = {name: value for name, value in sorted(inputs.items()) if value is not None}
    lines = [f"    {name}: {json.dumps(value)}" for name, value in kept.items()]
    return "\n".join(["job: custom_job", "config:", "  name: flux_train_replicate", "  inputs:", *lines, ""])


def _add(archive: tarfile.TarFile, name: str, content: bytes, moment: float) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(content), int(moment)
    archive.addfile(entry, io.BytesIO(content))


def _add_folder(archive: tarfile.TarFile, name: str, moment: float) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.mtime = tarfile.DIRTYPE, 0o755, int(moment)
    archive.addfile(entry)

"""From what a request calls its LoRA to the weights that are meant.

Source: the addresses that replicate/cog-flux takes (weights.py, read 2026-11), with its words for the others.
"""

from __future__ import annotations

import io
import json
import re
import tarfile

from fluxtui.simulator.core.weights import FLUX_1, UnreadableWeightsError, digest_of, hidden_size_of

NOT_FOUND = "Weights not found at the supplied URL. Please check the URL."
NOT_READABLE = (
    "Failed to parse URL. Expected either:\n"
    "* Replicate model in the format <owner>/<username> or <owner>/<username>/<version>\n"
    "* HuggingFace URL in the format huggingface.co/<owner>/<model-name>[/<lora-weights-file.safetensors>]\n"
    "* CivitAI URL in the format civitai.com/models/<id>[/<model-name>]\n"
    "* Arbitrary .safetensors URLs from the Internet"
)

_ELSEWHERE = re.compile(
    r"(?:https?://)?(?:huggingface\.co/[^/]+/[^/]+(?:/(?:resolve/[^?]+/)?[^/]+\.safetensors(?:\?.*)?)?"
    r"|civitai\.com/(?:models/\d+(?:/[^/?]+)?|api/download/models/.+))/?"
)
_FILE = re.compile(r"https?://.+(?:\.safetensors(?:\?.*)?|\.tar)")
_MODEL = re.compile(r"(?:https?://replicate\.com/)?([^/:]+/[^/:]+?)(?:/(?:versions/)?([0-9a-f]{64}))?/?")


class UselessLoraError(Exception):
    """The LoRA cannot be used; the job fails with the text as its `error`."""


def lies_elsewhere(reference: str) -> bool:
    """Say whether a LoRA lies at Hugging Face or CivitAI, which the simulator takes as found."""
    return _ELSEWHERE.fullmatch(reference) is not None


def is_file(reference: str) -> bool:
    """Say whether a LoRA is named by the address of a file."""
    return _FILE.fullmatch(reference) is not None


def model_of(reference: str) -> tuple[str, str | None]:
    """Return the model (owner/name) and, where given, the version. Raises UselessLoraError."""
    match = _MODEL.fullmatch(reference)
    if match is None:
        raise UselessLoraError(NOT_READABLE)
    return match[1], match[2]


def addresses_in(text: str) -> list[str]:
    """Return the addresses in a `lora_url`: one, a JSON list, or several with commas or line ends between.

    Raises UselessLoraError for what is no address.
    """
    try:
        listed = json.loads(text)
    except ValueError:
        listed = re.split(r"[,\n]", text)
    found = [one.strip() for one in listed if isinstance(one, str) and one.strip()]
    for one in found:
        if not one.startswith(("http://", "https://")):
            raise UselessLoraError(f"Not a direct HTTP(S) download URL: {one[:80]}")
    return found


def digest_in(content: bytes, hidden: int = FLUX_1.hidden) -> str:
    """Return the digest of the LoRA in a safetensors file or in a tar of one, of a model of a `hidden` size.

    Raises UselessLoraError.
    """
    weights = _unpacked(content)
    try:
        size = hidden_size_of(weights)
    except UnreadableWeightsError as error:
        raise UselessLoraError(f"Failed to load the LoRA: {error}") from error
    if size != hidden:
        raise UselessLoraError(f"Failed to load the LoRA: its size {size} does not match {hidden}")
    return digest_of(weights)


def _unpacked(content: bytes) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            names = [entry for entry in archive if entry.isfile() and entry.name.endswith(".safetensors")]
            if len(names) != 1:
                raise UselessLoraError("No .safetensors file found in tarball")
            file = archive.extractfile(names[0])
            return file.read() if file is not None else b""
    except tarfile.ReadError:
        return content

"""Making a request ready to be ordered: all that costs nothing.

Source: Replicate HTTP API reference and replicate/cog-flux, read 2026-11.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Control, Endpoint, Field, TrainingEndpoint, fields_of
from fluxtui.domain.errors import (
    InvalidInput,
    NotFound,
    PictureError,
    Problem,
    TrainingDiscontinued,
    UnexpectedAnswer,
)
from fluxtui.domain.loras import LORAS
from fluxtui.providers.base import LoraSource, Materials, PreparedRequest
from fluxtui.providers.files import sha256_of
from fluxtui.providers.published import EXAMPLE_ADDRESS
from fluxtui.providers.reading import as_identifier, as_mapping
from fluxtui.providers.replicate.destinations import destination
from fluxtui.providers.replicate.generation import ReplicateGeneration, TrainedVersion
from fluxtui.providers.replicate.names import Reference, archive_name, reference
from fluxtui.providers.replicate.training import name_in, training_input
from fluxtui.providers.replicate.uploads import ReplicateUploads

PATH = "path"
"""Where the order goes, among the details of a prepared request."""

TOKENS = "tokens"
"""The inputs that are a secret, among those details: the host by the name, never the secret itself."""

_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_HOST = re.compile(r"https://([\w.-]+)/", re.IGNORECASE)


async def prepared_training(
    api: APIService, request: TrainingEndpoint, materials: Materials
) -> PreparedRequest:
    """Return a training whose archive is uploaded and whose destination exists.

    Raises:
        TrainingDiscontinued: the trainer is gone.
        InvalidInput: there is no archive.
        NotPermitted: no private model can be had.
        ServiceError: Replicate cannot be asked.
    """
    if materials.archive is None:
        raise InvalidInput(f"{request.info.title} needs an archive of pictures; nothing was sent.")
    version, schema = await _trainer(api, request)
    values = training_input(request, schema)
    name = name_in(request)
    sha256 = materials.archive_sha256 or await asyncio.to_thread(sha256_of, materials.archive)
    model = await destination(api, name, sha256)
    uploads = ReplicateUploads(api, materials.uploads, materials.progress)
    address = await uploads.address_of(materials.archive, sha256=sha256, called=archive_name(name))
    body = {"destination": model, "input": {**values, "input_images": address}}
    path = f"/v1/models/{request.info.id}/versions/{version}/trainings"
    return PreparedRequest(request, body=body, details={PATH: path}, archive=materials.archive)


async def _trainer(api: APIService, request: TrainingEndpoint) -> tuple[str, Any]:
    """Return the newest version of a trainer and its schema."""
    try:
        model = as_mapping((await api.get(f"/v1/models/{request.info.id}")).data)
    except NotFound:
        raise TrainingDiscontinued(
            f"Replicate no longer offers {request.info.title} ({request.info.id}). Nothing was billed.",
            next_step="Use another trainer.",
        ) from None
    newest = as_mapping(model.get("latest_version"))
    version = as_identifier(newest.get("id"))
    if version is None:
        raise UnexpectedAnswer(f"Replicate names no version of {request.info.id}. Nothing was billed.")
    return version, newest.get("openapi_schema")


async def prepared_generation(
    api: APIService, request: ReplicateGeneration, materials: Materials
) -> PreparedRequest:
    """Return a generation whose pictures are uploaded and whose LoRAs are named as Replicate wants them.

    Raises:
        PictureError: a picture is gone.
        InvalidInput: a LoRA is at no address that Replicate could fetch it from.
        NotFound: the finetune has no version.
        ServiceError: Replicate cannot be asked.
    """
    values = {**request.plain_input(), **await _pictures(api, request, materials)}
    if isinstance(request, TrainedVersion):
        return _by_version(request, await _version(api, request.finetune_id), values)
    named = _loras(request, materials)
    values |= named
    tokens = _wanted_tokens(request, named.values())
    if not request.official:
        return _by_version(request, await newest_version(api, Reference(request.info.id)), values)
    path = f"/v1/models/{request.info.id}/predictions"
    return PreparedRequest(request, body={"input": values}, details={PATH: path, **tokens})


def ordered_body(api: APIService, prepared: PreparedRequest) -> Mapping[str, Any]:
    """Return the body of an order with the tokens in it that the user has given for its LoRAs."""
    given = {name: api.token(host) for name, host in prepared.details.get(TOKENS, {}).items()}
    secrets = {name: token.get_secret_value() for name, token in given.items() if token is not None}
    return {**prepared.body, "input": {**prepared.body["input"], **secrets}} if secrets else prepared.body


def _wanted_tokens(request: ReplicateGeneration, addresses: Iterable[str]) -> dict[str, Any]:
    """Return as details the tokens that may help: those of the hosts that are fetched from."""
    hosts = {match[1].casefold() for match in map(_HOST.match, addresses) if match is not None}
    wanted = {name: host for host, name in request.token_names.items() if host in hosts}
    return {TOKENS: wanted} if wanted else {}


def _by_version(request: ReplicateGeneration, version: str, values: dict[str, Any]) -> PreparedRequest:
    body = {"version": version, "input": values}
    return PreparedRequest(request, body=body, details={PATH: "/v1/predictions"})


async def _version(api: APIService, finetune_id: str) -> str:
    named = reference(finetune_id)
    if named is None:
        raise InvalidInput("Nothing was sent.", (Problem("finetune_id", "The finetune is no model here"),))
    return named.version or await newest_version(api, named)


async def newest_version(api: APIService, named: Reference) -> str:
    """Return the id of the newest version of a model. Raises `NotFound` where it has none."""
    newest = as_mapping(as_mapping((await api.get(named.path)).data).get("latest_version"))
    version = as_identifier(newest.get("id"))
    if version is None:
        raise NotFound(f"The model {named.model} at Replicate has no version yet. Nothing was billed.")
    return version


async def _pictures(
    api: APIService, request: ReplicateGeneration, materials: Materials
) -> dict[str, str | list[str]]:
    values = request.given()
    uploads = ReplicateUploads(api, materials.uploads, materials.progress)
    found: dict[str, str | list[str]] = {}
    for field in fields_of(type(request)):
        given = values.get(field.name)
        if field.control is Control.PICTURE and given:
            found[request.wire_name(field.name)] = await _picture(uploads, field, str(given))
        elif field.control is Control.PICTURES and given:
            found[request.wire_name(field.name)] = [await _picture(uploads, field, str(one)) for one in given]
    return found


async def _picture(uploads: ReplicateUploads, field: Field, value: str) -> str:
    if _WEB_ADDRESS.fullmatch(value):
        return value
    path = Path(value)
    if not await asyncio.to_thread(path.is_file):
        raise PictureError(f"{field.title}: there is no file {path.name!r} any more. Nothing was sent.")
    return await uploads.address_of(path)


def _loras(request: ReplicateGeneration, materials: Materials) -> Mapping[str, str]:
    return request.named_loras([_lora(request, row.finetune, materials) for row in request.rows()])


def _lora(request: ReplicateGeneration, value: str, materials: Materials) -> str:
    """Return what Replicate is told of a LoRA.

    The parameter is a plain text to Replicate, which fetches such an address without a key: its own uploads,
    which need one, will not do. A version that was trained there is named as such.
    """
    source = materials.loras.get(value, LoraSource(name="The LoRA"))
    trained_here = reference(value.partition("/")[2]) if request.takes_models else None
    if source.url is not None and request.fetched.fullmatch(source.url):
        return source.url
    if trained_here is not None and trained_here.version is not None:
        return trained_here.as_lora
    if source.url is None:
        reason = (
            f"{source.name} is only here, and Replicate fetches a LoRA only from an address that needs no "
            "key. fal.ai takes the file itself"
        )
    else:
        taken = ".safetensors files, and models of Hugging Face and CivitAI"
        reason = (
            f"{source.name} is at an address that {request.info.title} does not fetch: it takes "
            f"{taken if request.takes_models else 'the addresses of .safetensors files'}"
        )
    raise InvalidInput("Nothing was sent.", (Problem(LORAS, reason, whole=True),))


def example_body(request: Endpoint) -> dict[str, Any]:
    """Return the input that an order would have, with `EXAMPLE_ADDRESS` where addresses would be.

    Raises:
        InvalidInput: it neither trains nor generates here.
    """
    if isinstance(request, TrainingEndpoint):
        return {**request.wire(), "input_images": EXAMPLE_ADDRESS}
    if not isinstance(request, ReplicateGeneration):
        raise InvalidInput(f"{request.info.title} neither trains nor generates here.")
    values, body = request.given(), request.plain_input()
    for field in fields_of(type(request)):
        given = values.get(field.name)
        if field.control is Control.PICTURE and given:
            body[request.wire_name(field.name)] = EXAMPLE_ADDRESS
        elif field.control is Control.PICTURES and given:
            body[request.wire_name(field.name)] = [EXAMPLE_ADDRESS for _ in given]
    return {**body, **request.named_loras([EXAMPLE_ADDRESS for _ in request.rows()])}

"""What Replicate publishes of its models today: the schema of the newest version's input.

Source: Replicate HTTP API reference, `GET /v1/models/{owner}/{name}`, read 2026-11.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from fluxtui.api.limits import DOCUMENT_BYTES
from fluxtui.api.service import APIService
from fluxtui.domain.errors import NotFound
from fluxtui.providers.published import TODAY, PublishedEndpoint, reduced
from fluxtui.providers.reading import as_mapping
from fluxtui.providers.replicate.names import reference


async def published_endpoints(
    api: APIService, endpoint_ids: Sequence[str]
) -> Mapping[str, PublishedEndpoint]:
    """Return what is published of some models; what is no model, or gone, is left out."""
    named = [name for name in endpoint_ids if reference(name) is not None]
    found = await asyncio.gather(*(_of(api, name) for name in named))
    return {name: each for name, each in zip(named, found, strict=True) if each is not None}


async def _of(api: APIService, name: str) -> PublishedEndpoint | None:
    path = f"/v1/models/{name}"
    try:
        model = as_mapping((await api.get(path, longest=DOCUMENT_BYTES)).data)
    except NotFound:
        return None
    document = as_mapping(as_mapping(model.get("latest_version")).get("openapi_schema"))
    schemas = as_mapping(as_mapping(document.get("components")).get("schemas"))
    schema = schemas.get("TrainingInput", schemas.get("Input"))
    return None if schema is None else PublishedEndpoint(reduced(schema, document), path, TODAY)

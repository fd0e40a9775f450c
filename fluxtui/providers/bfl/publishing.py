"""What BFL publishes of its endpoints today.

Source: `GET https://api.bfl.ai/openapi.json`, which needs no key (seen in tryAGI/BlackForestLabs, 2026-05).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fluxtui.api.limits import DOCUMENT_BYTES
from fluxtui.api.service import APIService
from fluxtui.providers.published import TODAY, PublishedEndpoint, reduced
from fluxtui.providers.reading import as_mapping

_DOCUMENT = "/openapi.json"


async def published_endpoints(
    api: APIService, endpoint_ids: Sequence[str]
) -> Mapping[str, PublishedEndpoint]:
    """Return what is published of some endpoints; those of which nothing is are left out."""
    document = as_mapping((await api.get(_DOCUMENT, longest=DOCUMENT_BYTES)).data)
    paths = as_mapping(document.get("paths"))
    found = {}
    for name in endpoint_ids:
        body = as_mapping(as_mapping(as_mapping(paths.get(f"/v1/{name}")).get("post")).get("requestBody"))
        content = as_mapping(as_mapping(body.get("content")).get("application/json"))
        if "schema" in content:
            found[name] = PublishedEndpoint(reduced(content["schema"], document), _DOCUMENT, TODAY)
    return found

"""What providers share whose endpoints are listed in the program."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from fluxtui.api.service import APIService
from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint, TrainingEndpoint
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.text import safe_text


class CatalogueProvider:
    """Base of a provider with fixed lists of endpoints.

    Attributes:
        title: of the service, for people.
        generation_module: whose `GENERATION` is what makes a picture, the first one to be offered first. It
            is imported when it is asked for: whoever trains needs none of it.
        training: what trains, the first one to be offered first.
    """

    title: str
    generation_module: ClassVar[str]
    training: ClassVar[tuple[type[TrainingEndpoint], ...]]

    def __init__(self, api: APIService) -> None:
        self._api = api

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        """Return every endpoint that makes a picture."""
        listed: tuple[type[GenerationEndpoint], ...] = import_module(self.generation_module).GENERATION
        return listed

    def training_endpoints(self) -> tuple[type[TrainingEndpoint], ...]:
        """Return every endpoint that trains."""
        return self.training

    def endpoint(self, endpoint_id: str) -> type[Endpoint]:
        """Return an endpoint by its id. Raises `InvalidInput` for an unknown one."""
        for listed in (self.training_endpoints, self.generation_endpoints):
            for endpoint in listed():
                if endpoint.info.id == endpoint_id:
                    return endpoint
        raise InvalidInput(f"{self.title} has no endpoint {safe_text(endpoint_id, limit=60)!r}.")

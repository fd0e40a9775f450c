"""A service that generates with LoRA files, and knows nothing of finetunes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from fluxtui.domain.endpoint import EndpointInfo, FinetuneBy, FinetuneUse, GenerationEndpoint, Group
from fluxtui.domain.money import Estimate
from fluxtui.domain.weights import Base
from fluxtui.providers.base import Abilities
from fluxtui.providers.bfl.provider import BFLProvider
from fluxtui.providers.registry import ProviderHosts, register_provider

STUDIO: dict[str, object] = {
    "profiles.studio.provider": "studio",
    "profiles.studio.base_url": "http://127.0.0.1:9",
    "profiles.studio.api_key": "anything",
}


def _price(_: Any) -> Estimate:
    return Estimate(3, "a picture")


class Mix(GenerationEndpoint):
    """Generates with a LoRA of any origin."""

    info: ClassVar[EndpointInfo] = EndpointInfo(
        id="studio/mix",
        title="klein with a LoRA",
        summary="For tests.",
        group=Group.FINETUNED,
        price=_price,
        finetunes=FinetuneUse(FinetuneBy.WEIGHTS, frozenset({Base.KLEIN_9B})),
    )


class Studio(BFLProvider):
    """A service that generates with files, and knows nothing of finetunes."""

    id = "studio"
    title = "Studio"
    abilities = Abilities(
        lists_finetunes=False,
        deletes_finetunes=False,
        adds_by_id=False,
        id_help="",
        cancels=False,
        cancel_advice="",
        tells_balance=False,
        finds=frozenset(),
        price_source="its own list",
    )

    def generation_endpoints(self) -> tuple[type[GenerationEndpoint], ...]:
        """Return the one endpoint."""
        return (Mix,)


@contextmanager
def opened_studio() -> Iterator[None]:
    """Let the program know the studio."""
    hosts = ProviderHosts(
        title="Studio",
        default_base_url="http://127.0.0.1:9",
        trusted_hosts=(),
        key_header="x-key",
        key_variable="STUDIO_KEY",
        maker=f"{__name__}:Studio",
    )
    remove = register_provider("studio", hosts)
    try:
        yield
    finally:
        remove()

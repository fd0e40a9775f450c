"""The providers there are, by the id that a profile names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, TypeGuard

from fluxtui.api.options import KeyPolicy
from fluxtui.domain.errors import InvalidInput
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.api.service import APIService
    from fluxtui.domain.endpoint import Endpoint, GenerationEndpoint
    from fluxtui.providers.base import Provider

DEFAULT_PROVIDER = "bfl"
"""The provider of a profile that names none, as in files written before there were several."""


@dataclass(frozen=True)
class ProviderHosts:
    """A provider as far as a start needs to know it: where it is and how it is told the key.

    Attributes:
        title: its name for people.
        default_base_url: for a profile that names none.
        trusted_hosts: hosts, or domains with a leading dot, that may get the key besides the base URL's.
        key_header: the header that carries the key.
        key_variable: the environment variable in which people keep it.
        maker: `module:name` of what makes the provider of an `APIService`; imported when first needed, for
            the descriptions of all endpoints take time.
        key_prefix: what stands in front of the key in its header.
        other_bases: further addresses that get the key, by the role that the provider knows them under.
        key_help: where one gets a key, and what it looks like, for people.
        summary: what it is for, in one sentence.
        catalogue: the module that describes its endpoints as `GENERATION` and `TRAINING`, or `''`.
    """

    title: str
    default_base_url: str
    trusted_hosts: tuple[str, ...]
    key_header: str
    key_variable: str
    maker: str
    key_prefix: str = ""
    other_bases: Mapping[str, str] = field(default_factory=dict)
    key_help: str = ""
    summary: str = ""
    catalogue: str = ""

    def key_policy(self, bases: Mapping[str, str] | None = None) -> KeyPolicy:
        """Return how its key is sent; `bases` stand in the place of `other_bases`, where given."""
        others = self.other_bases if bases is None else bases
        return KeyPolicy(self.key_header, self.key_prefix, self.trusted_hosts, others)


_HOSTS: dict[str, ProviderHosts] = {
    # Source: BFL API reference, read 2026-10.
    "bfl": ProviderHosts(
        title="Black Forest Labs",
        default_base_url="https://api.bfl.ai",
        trusted_hosts=(".bfl.ai",),
        key_header="x-key",
        key_variable="BFL_API_KEY",
        maker="fluxtui.providers.bfl.provider:BFLProvider",
        key_help="a key of dashboard.bfl.ai; it often begins with bfl_",
        summary="all FLUX models and your finetunes; trains no new",
        catalogue="fluxtui.providers.bfl.catalogue",
    ),
    # Source: fal.ai API reference, read 2026-11.
    "fal": ProviderHosts(
        title="fal.ai",
        default_base_url="https://queue.fal.run",
        trusted_hosts=(),
        key_header="Authorization",
        key_variable="FAL_KEY",
        maker="fluxtui.providers.fal.provider:FalProvider",
        key_prefix="Key ",
        other_bases={"rest": "https://rest.fal.ai", "platform": "https://api.fal.ai"},
        key_help="a key of fal.ai/dashboard/keys: two parts with a colon between",
        summary="trains LoRAs of many kinds and generates with them",
        catalogue="fluxtui.providers.fal.catalogue",
    ),
    # Source: Replicate HTTP API reference, read 2026-11.
    "replicate": ProviderHosts(
        title="Replicate",
        default_base_url="https://api.replicate.com",
        trusted_hosts=(),
        key_header="Authorization",
        key_variable="REPLICATE_API_TOKEN",
        maker="fluxtui.providers.replicate.provider:ReplicateProvider",
        key_prefix="Bearer ",
        key_help="a token of replicate.com/account/api-tokens; it begins with r8_",
        summary="trains FLUX.1 LoRAs; all FLUX models to generate",
        catalogue="fluxtui.providers.replicate.catalogue",
    ),
    # Source: runware-sdk 1.8.0, read 2026-12.
    "runware": ProviderHosts(
        title="Runware",
        default_base_url="https://api.runware.ai",
        trusted_hosts=(),
        key_header="Authorization",
        key_variable="RUNWARE_API_KEY",
        maker="fluxtui.providers.runware.provider:RunwareProvider",
        key_prefix="Bearer ",
        key_help="a key of my.runware.ai/keys: letters and digits",
        summary="open FLUX models, LoRAs of yours or of Civitai",
        catalogue="fluxtui.providers.runware.catalogue",
    ),
}


def provider_ids() -> tuple[str, ...]:
    """Return the ids of all providers."""
    return tuple(_HOSTS)


def is_provider(value: object) -> TypeGuard[str]:
    """Tell whether a value, whatever it is, is the id of a provider."""
    return isinstance(value, str) and value in _HOSTS


def provider_hosts(provider_id: str) -> ProviderHosts:
    """Return where a provider is. Raises `InvalidInput` for an unknown one."""
    if provider_id not in _HOSTS:
        raise InvalidInput(f"There is no provider {provider_id!r}; there is {', '.join(_HOSTS)}.")
    return _HOSTS[provider_id]


def described_endpoint(endpoint_id: str) -> type[Endpoint] | None:
    """Return the description of an endpoint of any provider by its id, None where none describes it.

    Nothing is connected, so it can be asked of what was made with a profile that is gone.
    """
    for hosts in _HOSTS.values():
        found = _described(hosts.catalogue).get(endpoint_id) if hosts.catalogue else None
        if found is not None:
            return found
    return None


def described_generation() -> Mapping[str, tuple[type[GenerationEndpoint], ...]]:
    """Return everything that generates at services with a list of their own here, by the provider's id.

    Nothing is connected, and no profile is needed; the descriptions are imported, which takes time.
    """
    return {
        name: import_module(hosts.catalogue).GENERATION for name, hosts in _HOSTS.items() if hosts.catalogue
    }


@cache
def _described(catalogue: str) -> Mapping[str, type[Endpoint]]:
    module = import_module(catalogue)
    return {endpoint.info.id: endpoint for endpoint in (*module.GENERATION, *module.TRAINING)}


def create_provider(provider_id: str, api: APIService) -> Provider:
    """Return a provider that speaks through `api`. Raises `InvalidInput` for an unknown one."""
    module, _, name = provider_hosts(provider_id).maker.partition(":")
    maker: Callable[[APIService], Provider] = getattr(import_module(module), name)
    return maker(api)


def register_provider(provider_id: str, hosts: ProviderHosts) -> Callable[[], None]:
    """Add a provider, such as one of a plug-in or a test; the returned function takes it away again.

    Raises `InvalidInput` where there is one of this id already.
    """
    if provider_id in _HOSTS:
        raise InvalidInput(f"There is a provider {provider_id!r} already.")
    _HOSTS[provider_id] = hosts

    def remove() -> None:
        _HOSTS.pop(provider_id, None)

    return remove

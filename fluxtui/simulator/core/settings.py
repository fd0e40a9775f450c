"""Everything that can be chosen about one simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fluxtui.simulator.core.keys import AccessKey, default_keys
from fluxtui.simulator.core.roles import ROLES

if TYPE_CHECKING:
    # What makes their answers takes a while to import.
    from fluxtui.simulator.core.faults import Fault

Mode = Literal["historic", "current"]

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
HIGHEST_PORT = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a simulator behaves. Times are seconds, ports 0 mean any free one, `credits` belong to `sim-valid`.
    `service_ports` holds the ports of the services beside BFL by service and role, see `roles.ROLES`.

    `fal_concurrency` is how many jobs of one fal account run at a time, the others wait in its queue.
    `mode` "historic" trains; "current" answers 404 to training and to the endpoints that were taken down.
    `listing_delay` is how long a new finetune stays missing from `my_finetunes`; `task_seconds` how long a
    finished task stays known. With `state_directory` everything survives a restart. The server ends by itself
    `idle_seconds` after the last request when nobody holds a lock on `hold_file` any more. `ready_file`
    receives the process id and the URLs as JSON once all ports listen. `fast_trainer_steps` is how
    Replicate's fast trainer calls its number of steps, training_steps or steps: callers disagree. A `private`
    simulator has keys and admin paths of its own, see `keyring`.

    Raises ValueError, with a sentence, for a value that makes no sense.
    """

    host: str = "127.0.0.1"
    port: int = 0
    polling_port: int = 0
    delivery_port: int = 0
    service_ports: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    mode: Mode = "historic"
    seconds_per_training: float = 30.0
    seconds_per_image: float = 3.0
    seed: int = 0
    result_seconds: float = 600.0
    task_seconds: float = 1800.0
    listing_delay: float = 1.0
    credits: float = 10_000.0
    fal_concurrency: int = 2
    state_directory: Path | None = None
    region: str = "eu"
    faults: tuple[Fault, ...] = ()
    hold_file: Path | None = None
    ready_file: Path | None = None
    idle_seconds: float = 15.0
    access_log: bool = False
    fast_trainer_steps: str = "training_steps"
    private: bool = False

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK_HOSTS:
            raise ValueError(f"The simulator only listens on this machine; {self.host!r} is not loopback.")
        if self.mode not in ("historic", "current"):
            raise ValueError(f"The mode is historic or current, not {self.mode!r}.")
        if self.fast_trainer_steps not in ("training_steps", "steps"):
            raise ValueError("The fast trainer's steps are called training_steps or steps.")
        self._check_ports()
        for name in ("seconds_per_training", "seconds_per_image", "listing_delay", "credits", "idle_seconds"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name.replace('_', ' ').capitalize()} cannot be {getattr(self, name)}.")
        if self.fal_concurrency < 1:
            raise ValueError("At least one job runs at a time.")
        for name in ("result_seconds", "task_seconds"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name.replace('_', ' ').capitalize()} must be more than 0.")
        if not self.region.isalnum():
            raise ValueError("The region is a short word such as eu or us.")

    def _check_ports(self) -> None:
        for service, by_role in self.service_ports.items():
            if unknown := [role for role in by_role if role not in ROLES.get(service, ())]:
                raise ValueError(f"There is no port {service}.{unknown[0]}.")
        further = [port for by_role in self.service_ports.values() for port in by_role.values()]
        ports = (self.port, self.polling_port, self.delivery_port, *further)
        for port in ports:
            if not 0 <= port <= HIGHEST_PORT:
                raise ValueError(f"A port is a number from 0 to {HIGHEST_PORT}, not {port}.")
        chosen = [port for port in ports if port]
        if len(set(chosen)) != len(chosen):
            raise ValueError("The ports of a simulator must differ from each other.")

    @property
    def keys(self) -> tuple[AccessKey, ...]:
        """The public keys of BFL, with their first balance."""
        return default_keys(self.credits)

"""Sample pictures of a training: ordered and priced with it, made with its finetune when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from fluxtui.domain.endpoint import Availability
from fluxtui.domain.errors import InvalidInput, Problem
from fluxtui.domain.jobs import GenerationWork, Job, JobState
from fluxtui.domain.loras import without_first
from fluxtui.domain.result_uses import TO_COME, expected_finetune
from fluxtui.domain.seeds import seeds_for
from fluxtui.domain.text import safe_text
from fluxtui.domain.uses import Offer, fits
from fluxtui.services.jobs import new_id
from fluxtui.system.dataclass import dataclass

if TYPE_CHECKING:
    from fluxtui.domain.endpoint import GenerationEndpoint, TrainingEndpoint
    from fluxtui.domain.money import Estimate
    from fluxtui.domain.prices import Prices
    from fluxtui.providers.base import Provider
    from fluxtui.services.validation import ValidationService

MOST_SAMPLES = 8
"""How many sample pictures a training can have."""

_SURE_FIRST = tuple(Availability)


@dataclass(frozen=True)
class SampleOffer:
    """What sample pictures of a trainer's finetunes are made with.

    Attributes:
        offer: the endpoint, or None where the profile has none that fits.
        price: of one picture, None where there is no offer.
        reason: why there is none, as a sentence, else `''`.
    """

    offer: Offer | None = None
    price: Estimate | None = None
    reason: str = ""

    def estimate(self, count: int) -> Estimate | None:
        """Return the price of some pictures, or None for none."""
        return self.price.times(count) if self.price is not None and count else None


def sample_offer(
    profile: str, provider: Provider, trainer: type[TrainingEndpoint], prices: Prices
) -> SampleOffer:
    """Return what a profile would make the sample pictures of a trainer's finetune with.

    That is the first of its endpoints that fits such a finetune and needs nothing else but a prompt; one that
    may have ended is taken last.
    """
    base = trainer.info.trains
    if base is None:
        return SampleOffer(reason=f"It is not known what {trainer.info.title} makes finetunes for.")
    if trainer.rules.pairs is not None:
        return SampleOffer(reason="What has learned an edit needs a picture to be edited: no samples.")
    expected = expected_finetune(profile, trainer)
    offers = [Offer(profile, provider.id, item) for item in provider.generation_endpoints()]
    fitting = [offer for offer in offers if fits(offer, expected) and _needs_words_only(offer.endpoint)]
    if not fitting:
        reason = f"Nothing at {provider.title} generates with finetunes of {base.title}: no samples there."
        return SampleOffer(reason=reason)
    best = min(fitting, key=lambda offer: _SURE_FIRST.index(offer.endpoint.info.availability))
    request = best.endpoint.checked({"prompt": "-", "finetune_id": TO_COME})
    return SampleOffer(best, request.estimate(prices.of(provider.id, best.endpoint)))


def _needs_words_only(endpoint: type[GenerationEndpoint]) -> bool:
    try:
        endpoint.checked({"prompt": "-", "finetune_id": TO_COME})
    except InvalidInput:
        return False
    return True


def sample_prompts(texts: Sequence[str]) -> tuple[str, ...]:
    """Return prompts without empty ones. Raises `InvalidInput` where there are too many."""
    prompts = tuple(text.strip() for text in texts if text.strip())
    if len(prompts) > MOST_SAMPLES:
        reason = f"There can be {MOST_SAMPLES} sample pictures at most, not {len(prompts)}"
        raise InvalidInput("Nothing was sent.", (Problem("samples", reason, whole=True),))
    return prompts


@dataclass(frozen=True)
class SamplePlan:
    """The sample pictures of one order: the offer and the requests, one for each prompt."""

    chosen: SampleOffer
    requests: tuple[GenerationEndpoint, ...] = ()

    @property
    def prompts(self) -> tuple[str, ...]:
        """What the pictures are to show."""
        return tuple(str(request.given().get("prompt", "")) for request in self.requests)

    @property
    def credits(self) -> float:
        """What all of them will probably cost."""
        return (self.chosen.price.credits if self.chosen.price else 0.0) * len(self.requests)

    def jobs(self, training: Job, clock: Callable[[], datetime]) -> tuple[Job, ...]:
        """Return the drafts that wait for a training, each with a seed of its own where there are seeds."""
        offer, price, batch = self.chosen.offer, self.chosen.price, new_id()
        if offer is None or price is None:
            return ()
        seeds = seeds_for(offer.endpoint, None, len(self.requests))
        return tuple(
            _job(offer, request, seed, price.credits, batch, training, clock())
            for request, seed in zip(self.requests, seeds, strict=True)
        )


def plan_samples(chosen: SampleOffer, prompts: Sequence[str], validation: ValidationService) -> SamplePlan:
    """Check the prompts of sample pictures and return what is to be made of them.

    Raises:
        InvalidInput: too many, nothing to make them with, or a prompt that the endpoint does not take.
    """
    wanted = sample_prompts(prompts)
    if not wanted:
        return SamplePlan(chosen)
    if chosen.offer is None:
        raise InvalidInput("Nothing was sent.", (Problem("samples", chosen.reason.rstrip("."), whole=True),))
    endpoint = chosen.offer.endpoint
    given = ({"prompt": prompt, "finetune_id": TO_COME} for prompt in wanted)
    return SamplePlan(chosen, tuple(validation.check(endpoint, values) for values in given))


def _job(
    offer: Offer,
    request: GenerationEndpoint,
    seed: int | None,
    price: float,
    batch: str,
    training: Job,
    now: datetime,
) -> Job:
    recipe = without_first(offer.endpoint, request.used())
    if seed is not None:
        recipe["seed"] = seed
    return Job(
        id=new_id(),
        state=JobState.DRAFT,
        profile=offer.profile,
        provider=offer.provider,
        endpoint=request.info.id,
        title=safe_text(recipe["prompt"], limit=80).strip(),
        parameters=recipe,
        estimate_credits=price,
        work=GenerationWork(batch=batch, finetune_name=training.finetune_name, seed=seed, after=training.id),
        created_at=now,
        updated_at=now,
    )

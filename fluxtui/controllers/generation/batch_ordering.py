"""A batch on its way out: every picture checked and priced, one question, one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fluxtui.controllers.generation.batch import Batch, BatchPicture, basis_of, batch_of
from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.matching import misfits
from fluxtui.controllers.generation.ordering import check_references, fills_something
from fluxtui.controllers.generation.price import (
    Funds,
    available_funds,
    funds_sentences,
    reported_price,
    source_of,
)
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.host import Host, HostState
from fluxtui.controllers.questions import Confirmation
from fluxtui.domain.durations import duration_text
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.jobs import Job
from fluxtui.domain.money import Estimate
from fluxtui.domain.text import plural
from fluxtui.domain.uses import Offer
from fluxtui.system.dataclass import dataclass

_SOURCES_SHOWN = 3


@dataclass(frozen=True)
class BatchOrder:
    """A batch as it stood in the form when it was sent."""

    batch: Batch

    @classmethod
    def from_form(
        cls, form: GenerateForm, stock: Stock, offer: Offer, prompts: Sequence[str] = ()
    ) -> BatchOrder:
        """Return the order of a form whose batch is on, with what its template was worked out as.

        Raises:
            InvalidInput: it cannot be so; a sentence says why.
        """
        batch = batch_of(form, stock, offer, prompts)
        for item in batch.pictures:
            check_references(item.form, item.offer)
        return cls(batch)


@dataclass(frozen=True)
class BatchPrice:
    """What a batch costs and what there is to pay it with.

    Attributes:
        each: the estimate of each picture.
        shares: by profile, what there is and how many credits of it are wanted.
        confirm_above_usd: from which sum on the user is asked.
        sources: where the prices come from, as sentences.
        seconds: how long it may take, None where that is not known.
        size_text: how a grid comes to its number, or `''`.
    """

    each: Sequence[Estimate]
    shares: Mapping[str, tuple[Funds, float]]
    confirm_above_usd: float
    sources: Sequence[str] = ()
    seconds: float | None = None
    size_text: str = ""

    @property
    def total(self) -> Estimate:
        """The estimate of all pictures."""
        exact = all(one.exact for one in self.each)
        return Estimate(sum(one.credits for one in self.each), basis_of(list(self.each)), exact)

    @property
    def is_covered(self) -> bool:
        """Whether every balance is enough, as far as it is known."""
        return all(funds.covers(wanted) for funds, wanted in self.shares.values())

    @property
    def needs_a_yes(self) -> bool:
        """Whether the user has to be asked first."""
        return not self.is_covered or self.total.usd > self.confirm_above_usd

    def question(self) -> Confirmation:
        """Return the question that shows the figures."""
        size = f"{self.size_text} is " if self.size_text else ""
        pictures = f"{size}{plural(len(self.each), 'picture')}, {self.total.basis}."
        time = () if self.seconds is None else (f"Such pictures took about {duration_text(self.seconds)}.",)
        balances = [line for funds, wanted in self.shares.values() for line in funds_sentences(funds, wanted)]
        return Confirmation(
            f"Generate {plural(len(self.each), 'picture')}?",
            (pictures, *time, *dict.fromkeys(balances), *tuple(self.sources)[:_SOURCES_SHOWN]),
            price=f"{plural(len(self.each), 'picture')} = {self.total.show()}",
            confirm_label="Generate" if self.is_covered else "Send anyway",
            danger=not self.is_covered,
        )


async def send_batch(host: Host, order: BatchOrder) -> tuple[Job, ...]:
    """Check a batch, ask the user where it is dear, and order it.

    Returns the jobs, none where the user said no.

    Raises:
        InvalidInput: with the problems of the first picture that is wrong; nothing was sent.
        FluxError: a profile cannot be used, or a budget is too small; nothing was sent.
    """
    batch = order.batch
    each = [_estimate(host, item) for item in batch.pictures]
    price = await _priced(host, batch, each)
    if not await fills_something(host, [(item.offer.endpoint, item.values) for item in batch.pictures]):
        return ()
    if price.needs_a_yes and not await host.ask(price.question()):
        return ()
    shots = [item.shot for item in batch.pictures]
    return await host.services.inference.generate_shots(shots, batch_title=batch.title, layout=batch.layout)


def _estimate(known: HostState, item: BatchPicture) -> Estimate:
    """Return what one picture will probably cost. Raises `InvalidInput`, with its label, if it is wrong."""
    try:
        request = item.offer.endpoint.checked(item.values)
        wrong = misfits(item.offer, item.values, known.finetunes)
        if wrong:
            raise InvalidInput("Nothing was sent.", wrong)
    except InvalidInput as error:
        label = f"{item.label}: " if item.label else ""
        raise InvalidInput(f"{label}{error.message}", error.problems) from None
    return request.estimate(reported_price(known.prices, item.offer))


async def _priced(host: Host, batch: Batch, each: Sequence[Estimate]) -> BatchPrice:
    wanted: dict[str, float] = {}
    sources: dict[str, None] = {}
    for item, estimate in zip(batch.pictures, each, strict=True):
        profile = item.offer.profile
        wanted[profile] = wanted.get(profile, 0.0) + estimate.credits
        abilities = await host.services.account.abilities(profile)
        sources[source_of(reported_price(host.prices, item.offer), abilities.price_source)] = None
    shares = {}
    for profile, credits in wanted.items():
        abilities = await host.services.account.abilities(profile)
        shares[profile] = (available_funds(host, profile, is_told=abilities.tells_balance), credits)
    return BatchPrice(
        each,
        shares,
        host.services.config.config.generation.confirm_above_usd,
        tuple(sources),
        await host.services.batches.expected_seconds(batch.counts),
        batch.size_text,
    )

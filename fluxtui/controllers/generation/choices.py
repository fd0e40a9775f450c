"""What can be chosen, in words: endpoints with price, group and availability, and finetunes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fluxtui.controllers.generation.form import GenerateForm
from fluxtui.controllers.generation.matching import goes_with
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.questions import Choice, LateChoices
from fluxtui.domain.endpoint import Availability, Group
from fluxtui.domain.finetune import OWN_FILES, Finetune
from fluxtui.domain.money import UnitPrice
from fluxtui.domain.result_uses import has_no_edit
from fluxtui.domain.text import shorten
from fluxtui.domain.uses import Misfit, Offer, finetune_value, misfit

NO_FINETUNE = ""
"""The value of the choice that generates without a finetune."""

NAME_CELLS = 28
SHORT_NAME_CELLS = 20
LEAST_TITLE_CELLS = 8
"""With less room than this for a title, it is not said whose it is."""

_AVAILABILITY = {Availability.SERVING: "", Availability.BETA: "beta", Availability.HISTORIC: "ended"}
_GROUPS = {Group.FINETUNED: "", Group.BASE: "base", Group.TOOL: "tool", Group.TRAINING: ""}
"""Words for groups; the titles of finetuned endpoints say it themselves."""

_NOT_HERE = "not here: "
_NO_PICTURE_TO_EDIT = "learned an edit: no picture to edit here"
"""Stands beside what an endpoint takes, but which does there nothing of what it was trained for."""
_OWNER = " · "
_ADDITION = re.compile(r" with (?:an? )?(?:finetune|LoRA)s?")


def offer_title(offer: Offer, *, shared: bool) -> str:
    """Return the title of an endpoint, with the profile where several offer something."""
    return _owned(offer.endpoint.info.title, offer.profile if shared else "")


def offer_choices(stock: Stock, form: GenerateForm, *, with_notes: bool = True) -> tuple[Choice, ...]:
    """Return the endpoints, together by profile; those first that the finetune of a form can be used with.

    Args:
        stock: what there is.
        form: what is asked for.
        with_notes: tell price, group and availability; that takes a while, as every endpoint reckons.
    """
    finetune, named = stock.finetune_of(form), form.finetune
    name = shorten(finetune.name if finetune is not None else named or "", SHORT_NAME_CELLS)
    right = [offer for offer in stock.offers if named and goes_with(offer, named, finetune)]
    others = [offer for offer in stock.offers if offer not in right]
    return tuple(
        Choice(
            offer.ref,
            offer.endpoint.info.title,
            offer_note(offer, stock.price_of(offer)) if with_notes else "",
            _heading(offer.profile if stock.is_shared else "", f"{how} {name}" if named else ""),
        )
        for offers, how in ((right, "with"), (others, "without"))
        for offer in offers
    )


def _heading(profile: str, use: str) -> str:
    return " · ".join(part for part in (profile, use) if part)


def offer_note(offer: Offer, live: UnitPrice | None = None) -> str:
    """Return `'$0.07 · beta'`: price, group where the title does not tell it, availability.

    Args:
        offer: the endpoint.
        live: the price that the service told, where it did.
    """
    estimate = GenerateForm().estimate(offer, live)
    info = offer.endpoint.info
    price = estimate.show() if estimate is not None else ""
    parts = (price, _GROUPS[info.group], _AVAILABILITY[info.availability])
    return " · ".join(part for part in parts if part)


def short_title(title: str, cells: int) -> str:
    """Return the title of an endpoint without `with a finetune`, where it would not fit into `cells`.

    If that is not short enough, the first word goes too, which is that of the whole family of models.
    """
    whose = title.rpartition(_OWNER)[2] if _OWNER in title else ""
    head = _ADDITION.sub("", title.removesuffix(_OWNER + whose))
    for shorter in (title, _owned(head, whose), _owned(head.partition(" ")[2] or head, whose)):
        if len(shorter) <= cells:
            return shorter
    return short_name(shorter, cells)


def short_name(name: str, cells: int) -> str:
    """Return a name so short that it still can be seen whose it is, where there is room for that."""
    head, owner, whose = name.rpartition(_OWNER)
    room = cells - len(owner + whose)
    if len(name) <= cells or not head:
        return name
    return f"{shorten(head, room)}{owner}{whose}" if room >= LEAST_TITLE_CELLS else head


def finetune_choices(stock: Stock, present: Offer | None = None) -> LateChoices:
    """Return `none` and every finetune that can be generated with, favourites first.

    Args:
        stock: what there is.
        present: the endpoint that is chosen; a finetune that needs another one says why.
    """
    known = stock.ready()
    shared = stock.is_shared or len({item.profile for item in known}) > 1

    def choice(item: Finetune) -> Choice:
        return Choice(item.ref, _finetune_label(item, shared=shared), _about(item, present))

    none = Choice(NO_FINETUNE, "none", "a base model or a tool")
    return LateChoices(known, lambda item: item.ref, choice, (none,))


def lora_choices(offer: Offer, finetunes: Sequence[Finetune], *, shared: bool) -> LateChoices:
    """Return the finetunes that a further field of an endpoint takes, as they stand in its request."""

    def value(item: Finetune) -> str:
        return finetune_value(offer, item)

    def choice(item: Finetune) -> Choice:
        return Choice(value(item), _finetune_label(item, shared=shared), _note(item, offer))

    return LateChoices(finetunes, value, choice)


def _finetune_label(finetune: Finetune, *, shared: bool) -> str:
    whose = "your files" if finetune.profile == OWN_FILES else finetune.profile
    return _owned(shorten(finetune.name, NAME_CELLS), whose if shared else "")


def _note(finetune: Finetune, offer: Offer) -> str:
    about = _about(finetune)
    return f"{_NO_PICTURE_TO_EDIT} · {about}" if has_no_edit(offer, finetune) else about


def _about(finetune: Finetune, present: Offer | None = None) -> str:
    wrong = misfit(present, finetune) if present is not None and present.endpoint.takes_finetune() else None
    base = finetune.base.title if finetune.base is not None else ""
    name = finetune.trigger_word or finetune.id
    if wrong is Misfit.OTHER_BASE:
        parts = (f"{_NOT_HERE}for {base}", name, "")
    else:
        parts = (f"{_NOT_HERE}{wrong}" if wrong else "", name, base)
    return " · ".join(part for part in parts if part)


def _owned(words: str, profile: str) -> str:
    return f"{words}{_OWNER}{profile}" if profile else words

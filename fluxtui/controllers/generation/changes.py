"""What becomes of the form when something else is chosen, or asked for by another place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fluxtui.controllers.generation.choices import NAME_CELLS, offer_title
from fluxtui.controllers.generation.form import GenerateForm, templates_for
from fluxtui.controllers.generation.form_fields import fits, parameters_of
from fluxtui.controllers.generation.matching import find_finetune, goes_with
from fluxtui.controllers.generation.ordering import repeatable
from fluxtui.controllers.generation.stock import Stock
from fluxtui.controllers.navigation import (
    GenerateAgain,
    GenerateRequest,
    GenerateWith,
    UsePicture,
    UseRecalled,
)
from fluxtui.domain.axis_values import value_text
from fluxtui.domain.endpoint import Availability, PictureRole, fields_of
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import STRENGTH, rows_of_slots, spread, weight_fields
from fluxtui.domain.notices import Severity
from fluxtui.domain.picture_fields import USES, mask_field, uses_at, uses_of_picture
from fluxtui.domain.result_uses import has_no_edit
from fluxtui.domain.text import shorten
from fluxtui.domain.uses import Offer, why_not
from fluxtui.services.recipes.recall import Recalled, fit
from fluxtui.services.storage import StorageService
from fluxtui.system.dataclass import dataclass

_VALUES_SHOWN = 3
"""How many parameters are named in a sentence."""


@dataclass(frozen=True)
class FormChange:
    """A form as it is to be now, and what is to be said about it."""

    form: GenerateForm
    news: str = ""
    severity: Severity = "information"
    is_kept: bool = False
    """Whether the news is long enough to be read again among the messages."""


def to_offer(stock: Stock, form: GenerateForm, offer: Offer) -> FormChange:
    """Choose another endpoint; the finetune stays where the endpoint goes with it, or takes none at all."""
    changed = stock.settled(form).at(offer)
    finetune = stock.finetune_of(changed)
    takes_one = offer.endpoint.info.finetunes is not None
    if not changed.finetune or not takes_one or changed.finetune_for(offer, finetune) is not None:
        return FormChange(changed, *_without_their_edit(stock, changed, offer))
    name = shorten(finetune.name if finetune is not None else changed.finetune, NAME_CELLS)
    if finetune is not None:
        reason = f"{name} {why_not(offer, finetune)}"
        if not offer.endpoint.needs_finetune():
            return FormChange(changed, f"{reason}: what is made here is made without it.", "warning")
        return FormChange(changed, f"{reason}.")
    title = offer_title(offer, shared=stock.is_shared)
    return FormChange(changed, f"{name} does not go with {title}; choose another finetune.")


def _without_their_edit(stock: Stock, form: GenerateForm, offer: Offer) -> tuple[str, Severity]:
    """Return what is to be said where finetunes learned an edit, and there is no picture to be edited."""
    if offer.endpoint.info.finetunes is None:
        return "", "information"
    named = dict.fromkeys((form.finetune, *(row.finetune for row in form.stack if row.on)))
    known = (find_finetune(stock.finetunes, offer.profile, name) for name in named)
    idle = [item for item in known if item is not None and has_no_edit(offer, item)]
    if not idle:
        return "", "information"
    names = ", ".join(shorten(item.name, NAME_CELLS) for item in idle)
    title = offer_title(offer, shared=stock.is_shared)
    return f"{names} learned an edit, but {title} takes no picture to be edited.", "warning"


def to_finetune(stock: Stock, form: GenerateForm, named: str | None) -> FormChange:
    """Choose another finetune or none, and another endpoint where the present one does not go with it.

    Args:
        stock: what there is to choose from.
        form: the present one.
        named: a ref, or an id or address as typed; None for none.
    """
    changed = stock.settled(form.with_finetune(named))
    offer = stock.offer_for(changed)
    if offer is None:
        what = f"“{shorten(named, NAME_CELLS)}”" if named else "a picture without a finetune"
        return FormChange(form, f"None of your profiles has an endpoint for {what}.", "warning")
    is_other = offer != stock.offer_of(form)
    news = f"The endpoint is now {offer_title(offer, shared=stock.is_shared)}." if is_other else ""
    return FormChange(changed.at(offer), news)


def without_gone(form: GenerateForm, gone: Mapping[str, Finetune]) -> FormChange:
    """Take finetunes out of a form that are there no more, by their refs; say so where they were on."""
    lost = [gone[row.finetune].name for row in form.stack if row.on and row.finetune in gone]
    changed = form.without(*gone)
    if not lost:
        return FormChange(changed)
    names = ", ".join(shorten(name, NAME_CELLS) for name in lost)
    return FormChange(
        changed, f"Not among your finetunes any more, so not used here now: {names}.", "warning"
    )


def to_request(
    stock: Stock, form: GenerateForm, request: GenerateRequest, storage: StorageService
) -> FormChange:
    """Take over what another place asks for."""
    match request:
        case UseRecalled():
            return to_recalled(stock, form, request.recalled)
        case UsePicture():
            return to_use(stock, form, request)
        case GenerateWith():
            return to_finetune(stock, form, request.finetune)
        case GenerateAgain():
            return to_recipe(stock, form, request, storage)


def to_recipe(
    stock: Stock, form: GenerateForm, request: GenerateAgain, storage: StorageService
) -> FormChange:
    """Take over the parameters of a picture, with the finetune where it is known still."""
    offer = stock.offer(request.profile, request.endpoint)
    if offer is None:
        return FormChange(form, missing(request.profile, request.endpoint), "warning")
    wished = replace(form.at(offer), finetune=request.finetune or form.finetune)
    known = stock.finetune_of(wished) if request.finetune else None
    recipe = repeatable(offer.endpoint, request.values, storage)
    made = GenerateForm.from_recipe(offer, recipe, known.ref if known is not None else None)
    made = replace(made, count=request.pictures or made.count)
    return FormChange(made, *_left_out(stock, made, offer))


def _left_out(stock: Stock, form: GenerateForm, offer: Offer) -> tuple[str, Severity]:
    """Return what is to be said where a form has finetunes that cannot be used with its endpoint now."""
    if offer.endpoint.needs_finetune() or offer.endpoint.info.finetunes is None:
        return "", "information"
    named = [row.finetune for row in form.stack if row.on]
    known = {name: find_finetune(stock.finetunes, offer.profile, name) for name in named}
    lost = [name for name, found in known.items() if not goes_with(offer, name, found)]
    if not lost:
        return "", "information"
    names = ", ".join(shorten(name, NAME_CELLS) for name in lost)
    return f"{names} cannot be used now: choose another, or take it out of the LoRAs.", "warning"


def to_recalled(stock: Stock, form: GenerateForm, recalled: Recalled) -> FormChange:
    """Take over what a file says: at its own endpoint where that is on offer, else at the present one."""
    if stock.offer_of(form) is None:
        form = stock.beginning(form)
    own = _offer_of(stock, form, recalled)
    offer = own or stock.offer_of(form)
    if offer is None:
        return FormChange(form, "There is no endpoint yet that could take what was recalled.", "warning")
    fitted = fit(recalled, offer.endpoint)
    notes = [*fitted.notes]
    if recalled.endpoint and own is None:
        shown = offer_title(offer, shared=stock.is_shared)
        notes.insert(0, f"{missing('', recalled.endpoint)} {shown} has the parameters instead.")
    finetune = form.finetune
    if recalled.finetune_id:
        finetune = _finetune_of(stock, offer, recalled.finetune_id)
        if finetune is None:
            name = shorten(recalled.finetune_name or recalled.finetune_id, NAME_CELLS)
            notes.append(f"The finetune {name} is not among yours: choose one.")
    elif own is not None and own.endpoint.takes_finetune() and not recalled.finetune_name:
        finetune = None
    changed = GenerateForm.from_recipe(offer, fitted.values, finetune)
    changed, lost = _with_further(stock, changed, offer, recalled)
    notes += lost
    told = f"The form has what {recalled.source} wrote into the file."
    return FormChange(changed, " ".join((told, *notes)), "warning" if notes else "success", is_kept=True)


def _with_further(
    stock: Stock, form: GenerateForm, offer: Offer, recalled: Recalled
) -> tuple[GenerateForm, list[str]]:
    """Return a form with the further finetunes of a file that are known here, and what is said of others."""
    fields = weight_fields(offer.endpoint)
    named = rows_of_slots(spread(recalled.values))[1:] if fields else ()
    found = [(row, _finetune_of(stock, offer, row.finetune)) for row in named]
    rows = [replace(row, finetune=ref) for row, ref in found if ref is not None]
    lost = [shorten(row.finetune, NAME_CELLS) for row, ref in found if ref is None]
    notes = [f"Further finetunes are not among yours: {', '.join(lost)}."] if lost else []
    return (form.with_stack((*form.stack, *rows)) if rows else form), notes


def _offer_of(stock: Stock, form: GenerateForm, recalled: Recalled) -> Offer | None:
    """Return the offer of the endpoint that a file names, the form's own profile's before others."""
    same = [
        offer
        for offer in stock.offers
        if offer.endpoint.info.id == recalled.endpoint and recalled.provider in ("", offer.provider)
    ]
    return min(same, key=lambda offer: offer.profile != form.profile, default=None)


def _finetune_of(stock: Stock, offer: Offer, named: str) -> str | None:
    """Return the ref of a known finetune by what stands in a request for it, or None."""
    found = find_finetune(stock.finetunes, offer.profile, named)
    return found.ref if found is not None else None


def to_use(stock: Stock, form: GenerateForm, request: UsePicture) -> FormChange:
    """Put a picture in its place for a use, at the endpoint that is named or else at the best for it."""
    role = next((role for role in USES if role.value == request.use), None)
    if role is None or not request.picture:
        return FormChange(form, "Nothing can be done with that picture here.", "warning")
    named = stock.offer(request.profile, request.endpoint) if request.endpoint else None
    if request.endpoint and named is None:
        return FormChange(form, missing(request.profile, request.endpoint), "warning")
    offer = named or _best_for(stock, form, role)
    if offer is None or role not in uses_at(offer.endpoint):
        return FormChange(
            form, f"None of your profiles has an endpoint for a picture {USES[role]}.", "warning"
        )
    change = to_offer(stock, form.with_picture(offer, role, request.picture), offer)
    change = replace(change, form=_with_more(change.form, offer, request))
    return change if change.news else replace(change, news=_what_next(offer, role))


def _with_more(form: GenerateForm, offer: Offer, request: UsePicture) -> GenerateForm:
    """Return a form with what else is asked for with a picture: a prompt as it is, parameters, a number."""
    known = {item.name for item in parameters_of(offer.endpoint)}
    entered = {name: value for name, value in request.values.items() if name in known}
    form = replace(form, values={**form.values, **entered}, count=request.pictures or form.count)
    prompt = request.values.get("prompt")
    if not isinstance(prompt, str):
        return form
    return replace(form, prompt=prompt, templates=templates_for(prompt), style="", style_name="")


def _best_for(stock: Stock, form: GenerateForm, role: PictureRole) -> Offer | None:
    """Return the endpoint for a use of a picture: the present one where it will do."""
    fitting = [use.offer for use in uses_of_picture(stock.offers) if use.role is role]
    finetune = stock.finetune_of(form)

    def rank(offer: Offer) -> tuple[bool, bool, bool, bool]:
        info = offer.endpoint.info
        lacks = offer.endpoint.takes_finetune() and form.finetune_for(offer, finetune) is None
        ended = info.availability is Availability.HISTORIC
        return (ended, lacks, offer != stock.offer_of(form), offer.profile != form.profile)

    return min(fitting, key=rank, default=None)


def _what_next(offer: Offer, role: PictureRole) -> str:
    title = offer.endpoint.info.title
    if mask_field(offer.endpoint) is not None and role in {PictureRole.FILL, PictureRole.ERASE}:
        return f"{title} has the picture. Now the mask: in its field ↓ draws one."
    return f"{title} has the picture. Nothing was sent."


def missing(profile: str, endpoint_id: str) -> str:
    """Return what is to be said where an endpoint is not on offer; `profile` is `''` for any."""
    whose = f"The profile {profile} does not offer" if profile else "None of your profiles offers"
    return f"{whose} {endpoint_id} now."


def with_saved_values(change: FormChange, kept: Mapping[str, Any], stock: Stock) -> FormChange:
    """Return a change that chose a finetune, with the values that were kept for that."""
    form = change.form
    offer, finetune = stock.offer_of(form), stock.finetune_of(form)
    if offer is None or finetune is None:
        return change
    made, used = defaulted(form, offer, kept, stock)
    if not used:
        return change
    name = shorten(finetune.name, NAME_CELLS)
    news = f"{name} begins with {values_text(offer, used)}, as you kept it."
    return FormChange(made, " ".join(part for part in (change.news, news) if part), change.severity)


def defaulted(
    form: GenerateForm, offer: Offer, kept: Mapping[str, Any], stock: Stock
) -> tuple[GenerateForm, dict[str, Any]]:
    """Return a form with the defaults of its finetune, and those that its endpoint takes."""
    weights = weight_fields(offer.endpoint)[:1]
    fields = {item.name: item for item in (*weights, *parameters_of(offer.endpoint))}
    used = {name: value for name, value in kept.items() if name in fields and fits(fields[name], value)}
    if not used:
        return form, {}
    if weights and STRENGTH in used:
        form = form.with_weight(used[STRENGTH])
    values = {**form.values_for(offer, stock.finetunes), **used}
    return form.with_values(offer.endpoint, values), used


def values_text(offer: Offer, values: Mapping[str, Any]) -> str:
    """Return parameters that are no defaults in words: `'Finetune strength 1.2, Steps 20'`."""
    fields = {item.name: item for item in (*weight_fields(offer.endpoint), *fields_of(offer.endpoint))}
    told = [name for name in values if name in fields and values[name] != fields[name].default]
    # The strength is what most people look for, also where it is the service's own default.
    names = [STRENGTH, *(name for name in told if name != STRENGTH)] if STRENGTH in values else told
    shown = [f"{fields[name].title} {value_text(fields[name], values[name])}" for name in names]
    more = f" and {len(shown) - _VALUES_SHOWN} more" if len(shown) > _VALUES_SHOWN else ""
    return ", ".join(shown[:_VALUES_SHOWN]) + more

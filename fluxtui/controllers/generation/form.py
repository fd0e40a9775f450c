"""The one model behind the generate place: everything that is asked for, and the request made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from fluxtui.controllers.generation.form_fields import (
    finetune_field,
    is_untouched,
    parameters_of,
    prompt_field,
    stand_in,
    stands,
)
from fluxtui.controllers.generation.matching import find_finetune, goes_with
from fluxtui.domain.axis_values import MOST_PICTURES
from fluxtui.domain.batches import BatchSetup
from fluxtui.domain.endpoint import Control, GenerationEndpoint, PictureRole, fields_of
from fluxtui.domain.errors import InvalidInput
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.loras import (
    FIRST,
    LORAS,
    STRENGTH,
    USUAL_WEIGHT,
    LoraRow,
    renamed,
    requested,
    row_values,
    rows_in,
    rows_of_slots,
    stack_field,
    stacked,
)
from fluxtui.domain.money import Estimate, UnitPrice
from fluxtui.domain.picture_fields import REFERENCES, SOURCE, form_fields
from fluxtui.domain.prompts import Templates, is_template, outside_choices, styled
from fluxtui.domain.text import contains_word, insert_trigger_word
from fluxtui.domain.uses import Offer, finetune_value
from fluxtui.providers.registry import described_endpoint
from fluxtui.system.dataclass import dataclass


@dataclass(frozen=True)
class GenerateForm:
    """What the user asks for; immutable, a change is a new form.

    Attributes:
        profile: where to generate, or `''` before an endpoint is chosen.
        endpoint_id: the endpoint's id, or `''` before one is chosen.
        finetune: the ref of a finetune, or an id or address as typed; kept while an endpoint is chosen that
            it does not go with. Where several are used together, the first that is on.
        prompt: as typed, without the trigger word that is put in front.
        values: what was entered and is no default, by the form's names of the parameters, for all endpoints
            together; references are a list. `loras` are the finetunes that are used together, and
            `finetune_strength` how strongly `finetune` shows wherever it stands; `stack` reads both.
        count: how many pictures; None or text while the entry is no number.
        with_trigger: whether the finetune's trigger word is put into the prompt.
        setup: the seeds and the grid of a batch, as they were set up.
        templates: what becomes of a prompt that is a template.
        prompt_seed: decides what is drawn for a template; None before something was.
        style: a text that goes round the prompt, with `{prompt}` where it goes, or `''`.
        style_name: what the style is called.
    """

    profile: str = ""
    endpoint_id: str = ""
    finetune: str | None = None
    prompt: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    count: Any = 1
    with_trigger: bool = True
    setup: BatchSetup = field(default_factory=BatchSetup)
    templates: Templates = Templates.RANDOM
    prompt_seed: int | None = None
    style: str = ""
    style_name: str = ""

    @property
    def text(self) -> str:
        """The prompt in its style, without the trigger word that is put in front."""
        return styled(self.style, self.prompt)

    @property
    def is_template(self) -> bool:
        """Whether the prompt in its style is worked out before it is sent."""
        return self.templates is not Templates.OFF and is_template(self.text)

    @property
    def makes_all(self) -> bool:
        """Whether every combination of a template is made."""
        return self.is_template and self.templates is Templates.ALL

    def worked_out(self, prompt: str) -> GenerateForm:
        """Return the form with what its template and style have made in the place of both."""
        return replace(self, prompt=prompt, templates=Templates.OFF, style="", style_name="")

    def at(self, offer: Offer) -> GenerateForm:
        """Return the form for another endpoint."""
        return replace(self, profile=offer.profile, endpoint_id=offer.endpoint.info.id)

    def with_values(self, endpoint: type[GenerationEndpoint], values: Mapping[str, Any]) -> GenerateForm:
        """Return the form with the parameters of `endpoint` as entered; those of other endpoints stay.

        A list of LoRAs stays too: `with_stack` and `with_shown` change it.
        """
        known = {item.name: item for item in parameters_of(endpoint) if item.name != LORAS}
        others = {name: value for name, value in self.values.items() if name not in known}
        entered = {
            name: value for name, value in values.items() if name in known and value != known[name].default
        }
        return replace(self, values={**others, **entered})

    def values_for(self, offer: Offer, finetunes: Sequence[Finetune] = ()) -> dict[str, Any]:
        """Return a value for each parameter of an endpoint: what was entered and fits, else the default.

        Args:
            offer: the endpoint.
            finetunes: all that are known; further finetunes are looked up among them.
        """
        values = {
            item.name: value
            if stands(item, value := self.values.get(item.name), offer, finetunes)
            else item.default
            for item in parameters_of(offer.endpoint)
        }
        if LORAS in values:
            values[LORAS] = row_values(self.rows_for(offer, finetunes)) or None
        return values

    @property
    def stack(self) -> tuple[LoraRow, ...]:
        """All finetunes that are used together, whatever the endpoint; the first that is on is `finetune`."""
        rows = rows_in(self.values.get(LORAS))
        if self.finetune is None:
            return tuple(replace(row, on=False) for row in rows)
        first = LoraRow(self.finetune, self._weight)
        place = next((place for place, row in enumerate(rows) if row.on), None)
        if place is not None and rows[place].finetune == self.finetune:
            return (*rows[:place], first, *rows[place + 1 :])
        return (first, *(row for row in rows if row.finetune != self.finetune))

    @property
    def _weight(self) -> float:
        weight = self.values.get(STRENGTH)
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        return float(weight) if is_number and weight is not None else USUAL_WEIGHT

    def rows_for(self, offer: Offer, finetunes: Sequence[Finetune] = ()) -> tuple[LoraRow, ...]:
        """Return those of the `stack` that may go with an endpoint, as they would be sent.

        What names nothing that is known stays among them, to be seen and refused, and so does a weight that
        the endpoint does not take.
        """
        if stack_field(offer.endpoint) is None:
            return ()
        known = {row: find_finetune(finetunes, offer.profile, row.finetune) for row in self.stack}
        return tuple(
            row for row, found in known.items() if found is None or goes_with(offer, row.finetune, found)
        )

    def with_stack(self, rows: Sequence[LoraRow]) -> GenerateForm:
        """Return the form with other finetunes to be used together; the first that is on is `finetune`."""
        first = next((row for row in rows if row.on), None)
        values = {name: value for name, value in self.values.items() if name not in (LORAS, STRENGTH)}
        if first is not None and first.weight != USUAL_WEIGHT:
            values[STRENGTH] = first.weight
        if any(row is not first for row in rows):
            values[LORAS] = row_values(rows)
        return replace(self, finetune=first.finetune if first is not None else None, values=values)

    def with_shown(
        self, offer: Offer, finetunes: Sequence[Finetune], rows: Sequence[LoraRow]
    ) -> GenerateForm:
        """Return the form with the list as it was changed at an endpoint; what it hides waits, off."""
        shown = self.rows_for(offer, finetunes)
        if tuple(rows) == shown:
            return self
        names = {row.finetune for row in (*shown, *rows)}
        hidden = tuple(row for row in self.stack if row.finetune not in names)
        if any(row.on for row in rows):
            hidden = tuple(replace(row, on=False) for row in hidden)
        return self.with_stack((*rows, *hidden))

    def with_finetune(self, named: str | None) -> GenerateForm:
        """Return the form with another finetune in the place of the present one; with none, all are off."""
        if named == self.finetune or not rows_in(self.values.get(LORAS)):
            return replace(self, finetune=named)
        if named is None:
            return self.with_stack([replace(row, on=False) for row in self.stack])
        stack = self.stack
        present = next((row for row in stack if row.finetune == (self.finetune or named)), None)
        if present is None:
            return self.with_stack((LoraRow(named), *stack))
        taken = replace(present, finetune=named, on=True)
        others = {row.finetune for row in stack} - {named, present.finetune}
        return self.with_stack(
            [taken if row is present else row for row in stack if row is present or row.finetune in others]
        )

    def fitted_to(self, offer: Offer, finetunes: Sequence[Finetune]) -> GenerateForm:
        """Return the form with those finetunes off that an endpoint does not go with; the first one stays."""
        if stack_field(offer.endpoint) is None or not rows_in(self.values.get(LORAS)):
            return self
        there = {row.finetune for row in self.rows_for(offer, finetunes)} | {self.finetune}
        rows = [row if row.finetune in there else replace(row, on=False) for row in self.stack]
        return self.with_stack(rows)

    def with_weight(self, weight: float) -> GenerateForm:
        """Return the form in which its finetune shows as strongly as that."""
        values = {name: value for name, value in self.values.items() if name != STRENGTH}
        return replace(self, values=values if weight == USUAL_WEIGHT else {**values, STRENGTH: weight})

    def without(self, *named: str | None) -> GenerateForm:
        """Return the form without some finetunes; the next one that is on takes the place of the first."""
        return self.with_stack([row for row in self.stack if row.finetune not in named])

    def finetune_for(self, offer: Offer, finetune: Finetune | None) -> str | None:
        """Return what names the finetune in the request, or None where the endpoint takes none such.

        Args:
            offer: the endpoint.
            finetune: the one that the form names, None where it is not known here.
        """
        if self.finetune is None or not goes_with(offer, self.finetune, finetune):
            return None
        return self.finetune if finetune is None else finetune_value(offer, finetune)

    def request_values(self, offer: Offer, finetune: Finetune | None = None) -> dict[str, Any]:
        """Return the values of a request, with the trigger word of `finetune` in the prompt once.

        More references than the endpoint takes are left out; `FormFields.too_many` tells of them.
        """
        endpoint = offer.endpoint
        values = {item.name: self.values.get(item.name, item.default) for item in parameters_of(endpoint)}
        prompt = prompt_field(endpoint)
        if prompt is not None:
            values[prompt.name] = self.prompt_for(offer, finetune)
        chosen = finetune_field(endpoint)
        if chosen is not None:
            values[chosen.name] = self.finetune_for(offer, finetune)
        if LORAS in values:
            values[LORAS] = requested(self._rows_sent(offer, finetune)) or None
        return form_fields(endpoint).to_request(values)

    def _rows_sent(self, offer: Offer, finetune: Finetune | None) -> tuple[LoraRow, ...]:
        """Return the finetunes that a request names, all but one that the endpoint does not go with."""
        first = self.finetune_for(offer, finetune) if finetune is not None else self.finetune
        rows = (
            replace(row, finetune=first or "") if row.finetune == self.finetune else row for row in self.stack
        )
        return tuple(row for row in rows if row.on and row.finetune)

    def with_picture(self, offer: Offer, role: PictureRole, path: str) -> GenerateForm:
        """Return the form for an endpoint with a picture in its place.

        A reference joins those that are there as far as there is room; a mask of another picture goes.

        Args:
            offer: the endpoint, which has a place for it.
            role: what the picture is for.
            path: of the picture, or its address.
        """
        items = {item.role: item for item in form_fields(offer.endpoint).fields if item.role is not None}
        if role is PictureRole.REFERENCE:
            there = [str(item) for item in self.values.get(REFERENCES) or () if item != path]
            most = items[role].max_length or 1
            return replace(self.at(offer), values={**self.values, REFERENCES: [*there[: most - 1], path]})
        place = items.get(role)
        rest = {name: value for name, value in self.values.items() if name != "mask"}
        name = place.name if place is not None else SOURCE
        return replace(self.at(offer), values={**rest, name: path})

    def prompt_for(self, offer: Offer, finetune: Finetune | None, worked_out: str | None = None) -> str:
        """Return the prompt as it is sent; `worked_out` is what a template has made of it."""
        text = (self.text if worked_out is None else worked_out).strip()
        word = self.trigger_word(offer, finetune)
        return insert_trigger_word(text, word) if word and self.with_trigger and text else text

    def trigger_word(self, offer: Offer, finetune: Finetune | None) -> str:
        """Return the word that calls the finetune, or `''` where there is nothing to call."""
        if finetune is None or self.finetune_for(offer, finetune) is None:
            return ""
        return finetune.trigger_word or ""

    def has_trigger_word(self, word: str) -> bool:
        """Tell whether the prompt names the trigger word already, a template whatever is drawn."""
        certain = outside_choices(self.text) if self.is_template else self.text
        return bool(word) and contains_word(certain, word)

    def estimate(self, offer: Offer, live: UnitPrice | None = None) -> Estimate | None:
        """Return the probable cost of one picture, also while something needed is missing, else None.

        Args:
            offer: the endpoint.
            live: the price that the service told, where it did.
        """
        values = self.request_values(offer)
        for item in fields_of(offer.endpoint):
            if item.required and values.get(item.name) in (None, ""):
                values[item.name] = stand_in(item)
        try:
            return offer.endpoint.checked(values).estimate(live)
        except InvalidInput as error:
            free = {
                item.name
                for item in fields_of(offer.endpoint)
                if item.control in _FREE or (not item.required and is_untouched(values, item))
            }
            if not {problem.field for problem in error.problems} <= free:
                return None
        # Only a prompt or a finetune is wrong, or stood in for: they cost nothing. Or a value that is in
        # range by itself: together with the others, it would change nothing.
        return offer.endpoint.estimate_of(values, live)

    @property
    def has_count(self) -> bool:
        """Whether the number of pictures is one that can be asked for."""
        return isinstance(self.count, int) and 1 <= self.count <= MOST_PICTURES

    def pictures(self) -> int:
        """Return how many pictures are asked for. Raises `InvalidInput` where the number is none."""
        if self.has_count:
            return int(self.count)
        raise InvalidInput(f"Pictures must be a whole number, 1 to {MOST_PICTURES}. Nothing was sent.")

    def draft(self) -> dict[str, Any]:
        """Return everything as plain values, to be kept."""
        return {
            "profile": self.profile,
            "endpoint_id": self.endpoint_id,
            "finetune": self.finetune,
            "prompt": self.prompt,
            "values": dict(self.values),
            "count": self.count,
            "with_trigger": self.with_trigger,
            "setup": self.setup.model_dump(mode="json"),
            "templates": self.templates.value,
            "prompt_seed": self.prompt_seed,
            "style": self.style,
            "style_name": self.style_name,
        }

    @classmethod
    def from_draft(cls, draft: Mapping[str, Any]) -> GenerateForm:
        """Return the form of a draft; whatever is not as it should be is left out.

        Drafts of before there were several profiles name none, and the finetune by its id; older ones name
        each reference by itself.
        """
        named = {"finetune": draft.get("finetune_id"), **draft}
        if isinstance(draft.get("values"), dict):
            values = _by_new_names(str(draft.get("endpoint_id") or ""), draft["values"])
            named["values"] = _with_rows(_with_references(values))
        usable = {name: named[name] for name, kind in _KINDS.items() if isinstance(named.get(name), kind)}
        known = {item.value: item for item in Templates}
        return cls(
            **usable,
            setup=BatchSetup.from_note(draft.get("setup")),
            templates=known.get(str(draft.get("templates")), Templates.RANDOM),
        )

    @classmethod
    def from_recipe(
        cls, offer: Offer, recipe: Mapping[str, Any], finetune: str | None = None
    ) -> GenerateForm:
        """Return the form that asks for the same as the parameters of a job; their seed included.

        A prompt that looks like a template was sent as it stands, and is so again.

        Args:
            offer: the endpoint.
            recipe: the parameters.
            finetune: the ref of the finetune, where it is still known.
        """
        prompt, chosen = prompt_field(offer.endpoint), finetune_field(offer.endpoint)
        named = recipe.get(chosen.name) if chosen is not None else None
        listed = _rows_of_recipe(offer.endpoint, recipe)
        if listed and chosen is None:
            named = listed[0].finetune
        text = str(recipe.get(prompt.name) or "") if prompt is not None else ""
        used = finetune or (str(named) if named else None)
        shown = form_fields(offer.endpoint).from_request(recipe)
        form = cls(finetune=used, prompt=text, templates=templates_for(text))
        form = form.at(offer).with_values(offer.endpoint, shown)
        if stack_field(offer.endpoint) is None:
            return form
        if used and listed:
            listed = (replace(listed[0], finetune=used), *listed[1:])
        elif used:
            listed = rows_of_slots({**recipe, FIRST: used})
        return form.with_stack(listed)


def templates_for(sent: str) -> Templates:
    """Return what is to become of a prompt that was sent before: what stood in it then stands again."""
    return Templates.OFF if is_template(sent) else Templates.RANDOM


def _by_new_names(endpoint_id: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of a draft under the names that its endpoint's parameters have now."""
    if "extra_lora" not in values:
        # Nothing else was renamed, and to look the endpoint up takes all descriptions.
        return values
    endpoint = described_endpoint(endpoint_id)
    return values if endpoint is None else renamed(endpoint, values)


def _with_references(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with references that are named one by one as the one list."""
    rest = {name: value for name, value in values.items() if name not in {REFERENCES, *_SINGLE_REFERENCES}}
    listed = values.get(REFERENCES)
    found = [*(listed if isinstance(listed, list) else ()), *map(values.get, _SINGLE_REFERENCES)]
    pictures = [item for item in found if isinstance(item, str) and item]
    return {**rest, REFERENCES: pictures} if pictures else rest


def _with_rows(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with the finetunes beside the first one as rows, where they are named one by one."""
    rest = {name: value for name, value in values.items() if name != LORAS and not _is_further(name)}
    rows = rows_in(values.get(LORAS))
    for place in range(2, _MOST_SLOTS + 1):
        slot = {FIRST: values.get(f"{FIRST}_{place}"), STRENGTH: values.get(f"{STRENGTH}_{place}")}
        rows = (*rows, *rows_of_slots(slot))
    return {**rest, LORAS: row_values(rows)} if rows else rest


def _is_further(name: str) -> bool:
    slots = range(2, _MOST_SLOTS + 1)
    return any(name in (f"{FIRST}_{place}", f"{STRENGTH}_{place}") for place in slots)


def _rows_of_recipe(endpoint: type[GenerationEndpoint], recipe: Mapping[str, Any]) -> tuple[LoraRow, ...]:
    return rows_in(stacked(endpoint, recipe).get(LORAS)) if stack_field(endpoint) is not None else ()


_MOST_SLOTS = 3
"""How many finetunes were named one by one in drafts of before they were a list."""

_SINGLE_REFERENCES = ("input_image", *(f"input_image_{number}" for number in range(2, 9)))
"""What references were called in drafts of before they were a list."""

_FREE = frozenset({Control.PROMPT, Control.FINETUNE, Control.LORA_STACK})
"""What the price does not depend on."""

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "profile": str,
    "endpoint_id": str,
    "finetune": str,
    "prompt": str,
    "values": dict,
    "count": int,
    "with_trigger": bool,
    "prompt_seed": int,
    "style": str,
    "style_name": str,
}

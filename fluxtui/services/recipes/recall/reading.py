"""Reading how a picture was made from its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fluxtui.domain.errors import PictureError
from fluxtui.domain.text import safe_text
from fluxtui.services.recipes import Metadata, Recipe, read_metadata
from fluxtui.services.recipes.recall import a1111, comfyui, invokeai, objects
from fluxtui.services.recipes.recall.recalled import Recalled, changed_note, clean_name, clean_prompt, known

_LEFT_OUT = "Programs and sites that write a picture anew often leave that out."


def recall(path: Path) -> Recalled:
    """Return how a PNG, JPEG, WebP or AVIF was made; reads the file, so it is to be called in a thread.

    What we wrote ourselves counts before what other programs wrote. Everything that is returned comes from
    outside, however well formed.

    Raises:
        PictureError: the file cannot be read, is damaged, or says nothing that is understood.
    """
    told = read_metadata(path)
    for recalled in _readings(told):
        if recalled is not None and recalled.values:
            return recalled
    name = safe_text(path.name, limit=120)
    if told.others.keys() & {comfyui.GRAPH, comfyui.WORKFLOW}:
        raise PictureError(
            f"{name} holds a workflow of ComfyUI in which neither prompt nor seed could be found.",
            next_step="Type the prompt and the seed yourself.",
        )
    # Anything at all may stand in a comment.
    if told.parameters or told.recipe or told.others.keys() - {objects.COMMENT}:
        raise PictureError(f"What {name} says of how it was made cannot be understood.")
    raise PictureError(f"{name} does not say how it was made.", next_step=_LEFT_OUT)


def _readings(told: Metadata) -> Iterator[Recalled | None]:
    yield _from_recipe(told.recipe) if told.recipe else None
    yield a1111.from_text(told.parameters) if told.parameters else None
    readers: tuple[tuple[str, Callable[[str], Recalled | None]], ...] = (
        (invokeai.METADATA, invokeai.from_metadata),
        (invokeai.OLD_METADATA, invokeai.from_old_metadata),
        (invokeai.COMMAND, invokeai.from_command),
        (comfyui.GRAPH, comfyui.from_graph),
        (comfyui.WORKFLOW, comfyui.from_workflow),
        (objects.COMMENT, objects.from_novelai),
    )
    for keyword, read in readers:
        yield read(told.others[keyword]) if keyword in told.others else None


def _from_recipe(text: str) -> Recalled | None:
    recipe = Recipe.from_json(text)
    if recipe is None:
        return None
    seed = recipe.seed if recipe.seed is not None else recipe.parameters.get("seed")
    values: dict[str, Any] = {clean_name(name): value for name, value in recipe.parameters.items()}
    values |= {name: clean_prompt(values[name]) for name in ("prompt", "negative_prompt") if values.get(name)}
    return Recalled(
        source=clean_name(f"{recipe.program} {recipe.version}"),
        values=known({**values, "seed": seed}),
        provider=clean_name(recipe.provider),
        endpoint=clean_name(recipe.endpoint),
        finetune_id=clean_name(recipe.finetune_id) if recipe.finetune_id else None,
        finetune_name=clean_name(recipe.finetune_name) if recipe.finetune_name else None,
        notes=changed_note(recipe.parameters.get("prompt")),
    )

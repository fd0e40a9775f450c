"""What Models says of a finetune: where one that has learned an edit can be used."""

from __future__ import annotations

from fluxtui.controllers.models.facts import NO_PICTURE, use_facts
from fluxtui.domain.finetune import Finetune
from fluxtui.domain.training_set import TrainingSet
from fluxtui.domain.uses import Offer, Use, misfit
from fluxtui.domain.weights import Base
from fluxtui.providers.fal.generation import Klein9BBaseEditLora, Klein9BBaseLora
from fluxtui.services.models.uses import Uses


def texts(finetune: Finetune) -> list[str]:
    offers = [Offer("fal", "fal", endpoint) for endpoint in (Klein9BBaseLora, Klein9BBaseEditLora)]
    uses = tuple(Use(offer, misfit(offer, finetune)) for offer in offers)
    return [str(fact.text) for fact in use_facts(Uses(finetune, None, uses))]


def test_an_edit_is_used_where_there_is_a_picture_and_elsewhere_with_the_reason() -> None:
    plain = Finetune(
        profile="fal", id="x", name="Night", base=Base.KLEIN_9B, weights_url="https://a.b/c.safetensors"
    )
    edit = plain.model_copy(update={"dataset": TrainingSet(pairs=True)})
    (together,) = texts(plain)
    assert NO_PICTURE not in together
    able, other = texts(edit)
    assert "edit" in able
    assert NO_PICTURE not in able
    assert "edit" not in other.partition(":")[0]
    assert other.endswith(NO_PICTURE)

"""The user's own presets."""

from __future__ import annotations

from fluxtui.domain.uses import Trainer
from fluxtui.services.journal import Journal
from fluxtui.services.presets import PresetService
from tests.fakes.academy import Captioned, Quick

TRAINER = Trainer("school", "academy", "Academy", Captioned)
OTHER = Trainer("school", "academy", "Academy", Quick)


async def test_presets_are_kept_by_trainer_and_name_and_deleted(open_journal: Journal) -> None:
    presets = PresetService(open_journal)
    values = {"name": "Fox", "steps": 700, "trigger_word": "fx", "colour": "red"}
    saved = await presets.save(TRAINER, " Long [/x] ", values)
    assert (saved.name, saved.values) == ("Long [/x]", {"steps": 700, "trigger_word": "fx"})
    assert saved.is_for(TRAINER)
    assert not saved.is_for(OTHER)
    other = await presets.save(OTHER, "Long [/x]", {"steps": 20})
    again = await presets.save(TRAINER, "Long [/x]", {"steps": 800})
    assert [item.values for item in await presets.list()] == [{"steps": 800}, {"steps": 20}]
    assert await presets.delete(again.key)
    assert not await presets.delete(again.key)
    assert await presets.list() == (other,)


async def test_values_out_of_range_are_not_kept(open_journal: Journal) -> None:
    saved = await PresetService(open_journal).save(OTHER, "Far", {"steps": 99_999, "trigger_word": "fx"})
    assert saved.values == {"trigger_word": "fx"}


async def test_what_is_no_preset_is_left_out(open_journal: Journal) -> None:
    presets = PresetService(open_journal)
    saved = await presets.save(OTHER, "Good", {"steps": 20})
    await open_journal.notes.set("preset.damaged", {"name": "", "values": 3})
    await open_journal.notes.set("preset.other", ["nothing"])
    assert await presets.list() == (saved,)

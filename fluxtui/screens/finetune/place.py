"""What all parts of the finetune place share: what is asked for, and the widgets that show it."""

from __future__ import annotations

from abc import abstractmethod

from textual.reactive import var

from fluxtui.controllers.training.order import TrainingOrder
from fluxtui.controllers.training.trainers import Trainers
from fluxtui.screens.finetune.dataset_panel import DatasetPanel
from fluxtui.screens.finetune.train_line import TrainLine
from fluxtui.screens.place import PlaceScreen
from fluxtui.widgets.parameter_form import ParameterForm


class FinetunePlace(PlaceScreen):
    """Base of the parts, each of which does one thing about a training."""

    order: var[TrainingOrder] = var(TrainingOrder(), init=False)
    """What is asked for."""
    preparing: var[bool] = var(False, init=False)
    """Whether a training is being prepared; until it is on its way no second one is begun."""

    trainers = Trainers()
    """What can be trained with, as far as the profiles have answered."""

    dataset_panel: DatasetPanel
    form: ParameterForm
    train_line: TrainLine
    """The three steps; they are there once the place is mounted, and as long as it is."""

    @abstractmethod
    def keep(self) -> None:
        """Remember all that is asked for, so that leaving the program loses nothing."""

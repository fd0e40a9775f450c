"""How a picture was made, read from its file, whichever program wrote it there."""

from fluxtui.services.recipes.recall.fitting import Fitted, fit
from fluxtui.services.recipes.recall.reading import recall
from fluxtui.services.recipes.recall.recalled import LoraUse, Recalled

__all__ = ["Fitted", "LoraUse", "Recalled", "fit", "recall"]

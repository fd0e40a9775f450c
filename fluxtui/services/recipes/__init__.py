"""What a picture file tells of its making: written into PNG, JPEG and WebP, and read back."""

from fluxtui.services.recipes.a1111 import A1111Parameters, parse_parameters
from fluxtui.services.recipes.embedding import embed, read_metadata, read_parameters, read_recipe
from fluxtui.services.recipes.file_segments import Metadata
from fluxtui.services.recipes.recipe import Recipe, read_object

__all__ = [
    "A1111Parameters",
    "Metadata",
    "Recipe",
    "embed",
    "parse_parameters",
    "read_metadata",
    "read_object",
    "read_parameters",
    "read_recipe",
]

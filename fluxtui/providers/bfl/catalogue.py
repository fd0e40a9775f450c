"""Every BFL endpoint, in the order in which lists show them."""

from __future__ import annotations

from fluxtui.domain.endpoint import GenerationEndpoint
from fluxtui.providers.bfl import finetuned, flux1, flux2, flux3, klein, kontext, tools
from fluxtui.providers.bfl.training import TRAINING as TRAINING

GENERATION: tuple[type[GenerationEndpoint], ...] = (
    finetuned.UltraFinetuned,
    finetuned.FillFinetuned,
    klein.Klein4BFinetuned,
    klein.Klein9BFinetuned,
    klein.Klein9BKVFinetuned,
    klein.Klein9BKVBF16Finetuned,
    klein.KleinBase4BFinetuned,
    klein.KleinBase9BFinetuned,
    finetuned.ProFinetuned,
    finetuned.DepthFinetuned,
    finetuned.CannyFinetuned,
    flux2.Flux2Pro,
    flux2.Flux2ProPreview,
    flux2.Flux2Max,
    flux2.Flux2Flex,
    klein.Klein4B,
    klein.Klein9B,
    klein.Klein9BPreview,
    flux3.Flux3Image,
    flux3.Flux3ImageKlein,
    kontext.KontextPro,
    kontext.KontextMax,
    flux1.FluxPro11,
    flux1.FluxPro11Ultra,
    flux1.FluxDev,
    flux1.FluxFill,
    flux1.FluxExpand,
    tools.Outpainting,
    tools.Erase,
    tools.Deblur,
)

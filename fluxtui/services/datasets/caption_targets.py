"""Into which files captions are written back, so that each is found again and none takes another's place."""

from __future__ import annotations

from collections.abc import Mapping

from fluxtui.domain.dataset_scan import DatasetScan
from fluxtui.services.datasets.caption_matching import matched
from fluxtui.services.datasets.captions import CAPTION_SUFFIX, is_text_caption, stem_of


def caption_targets(scan: DatasetScan, captions: Mapping[str, str]) -> Mapping[str, str]:
    """Return the names of the text files for captions, by the names of the pictures.

    It is the text file that the caption was found in, else one of the picture's name. Where pictures with
    other captions would have the same one, such as `dog.jpg` and `dog.png`, each has one of its whole name:
    `dog.jpg.txt`. Files that hold more than a caption (JSON, metadata) are never written to.
    """
    of_pictures = matched(scan).of_pictures
    targets: dict[str, str] = {}
    for name in captions:
        known = of_pictures.get(name)
        is_own = known is not None and not known.picture and is_text_caption(known.name)
        targets[name] = known.name if known is not None and is_own else stem_of(name) + CAPTION_SUFFIX
    texts: dict[str, set[str]] = {}
    # Of pictures without a new caption too: theirs would be replaced.
    for picture in scan.pictures:
        target = targets.get(picture.name, stem_of(picture.name) + CAPTION_SUFFIX)
        found_text = of_pictures[picture.name].text if picture.name in of_pictures else ""
        texts.setdefault(target, set()).add(captions.get(picture.name, found_text).strip())
    return {
        name: name + CAPTION_SUFFIX if len(texts.get(target, ())) > 1 else target
        for name, target in targets.items()
    }

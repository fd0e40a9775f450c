"""The gallery in a browser: a read-only page on loopback, for a forwarded port."""

from fluxtui.services.page.reader import GalleryReader, PictureReader
from fluxtui.services.page.service import PageService

__all__ = ["GalleryReader", "PageService", "PictureReader"]

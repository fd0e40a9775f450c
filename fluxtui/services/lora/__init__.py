"""LoRA files: checked without loading them, read for what they are, kept, and made ready for other places."""

from fluxtui.services.lora.dashboard import DashboardFile
from fluxtui.services.lora.safetensors import ForeignFile, Header, read_header
from fluxtui.services.lora.service import FileInspection, LoraService
from fluxtui.services.lora.unpacking import archived, extract_from_archive
from fluxtui.services.lora.unreadable import keep_unreadable

__all__ = [
    "DashboardFile",
    "FileInspection",
    "ForeignFile",
    "Header",
    "LoraService",
    "archived",
    "extract_from_archive",
    "keep_unreadable",
    "read_header",
]

"""LoRA files: checked without loading them, read for what they are, kept, and made ready for other places."""

from fluxtui.services.lora.as_came import keep_as_it_came
from fluxtui.services.lora.dashboard import DashboardFile
from fluxtui.services.lora.safetensors import ForeignFile, Header, read_header
from fluxtui.services.lora.service import FileInspection, LoraService
from fluxtui.services.lora.unpacking import archived, extract_from_archive

__all__ = [
    "DashboardFile",
    "FileInspection",
    "ForeignFile",
    "Header",
    "LoraService",
    "archived",
    "extract_from_archive",
    "keep_as_it_came",
    "read_header",
]

"""LoRA files: checked without loading them, read for what they are, kept, and made ready for other places."""

from fluxtui.services.lora.dashboard import Prepared
from fluxtui.services.lora.safetensors import Header, read_header
from fluxtui.services.lora.service import LoraService, Seen
from fluxtui.services.lora.tar import extract_weights

__all__ = ["Header", "LoraService", "Prepared", "Seen", "extract_weights", "read_header"]

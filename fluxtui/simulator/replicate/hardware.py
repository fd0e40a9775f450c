"""The machines that can be named when a model is made, and what a second on each costs.

Source: prices on Replicate's training pages, read 2026-11, in USD. Those of eight H100 are eight times those
of one, as with the L40S; the fast trainer's bills (1.46 USD for two minutes, as users report) agree.
"""

from __future__ import annotations

from dataclasses import dataclass

CREDITS_PER_DOLLAR = 100.0


@dataclass(frozen=True, slots=True)
class Hardware:
    """One kind of machine: its SKU, its name for people, USD per second."""

    sku: str
    name: str
    price: float


CPU = Hardware("cpu", "CPU", 0.0001)
T4 = Hardware("gpu-t4", "Nvidia T4 GPU", 0.000225)
L40S = Hardware("gpu-l40s", "Nvidia L40S GPU", 0.000975)
EIGHT_L40S = Hardware("gpu-l40s-8x", "8x Nvidia L40S GPU", 0.0078)
A100 = Hardware("gpu-a100-large", "Nvidia A100 (80GB) GPU", 0.0014)
H100 = Hardware("gpu-h100", "Nvidia H100 GPU", 0.001525)
EIGHT_H100 = Hardware("gpu-h100-8x", "8x Nvidia H100 GPU", 0.0122)

OFFERED = (CPU, T4, L40S, EIGHT_L40S, A100, H100)
"""What `GET /v1/hardware` lists. The SKUs of the newer machines are our guess."""

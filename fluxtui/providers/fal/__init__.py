"""fal.ai: trains LoRAs for FLUX.2, [klein] and FLUX.1, and generates with them."""

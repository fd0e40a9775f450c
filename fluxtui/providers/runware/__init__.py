"""Runware: generates with the open FLUX models and with LoRAs that its accounts can name."""

"""Replicate: its trainers, what generates with their LoRAs, and the translation between our words and its wire."""

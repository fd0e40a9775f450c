"""Replicate: its trainers, what generates with their LoRAs, and the translation to and from its wire."""

"""Presentation used by more than one screen."""

"""Saved pictures: what is shown of them, marked and done with them."""

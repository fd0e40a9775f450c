"""Finetunes: what is told of them and done with them."""

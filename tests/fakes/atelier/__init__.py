"""A fourth provider that the program has never heard of, complete: descriptions, translation and service."""

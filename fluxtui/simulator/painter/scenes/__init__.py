"""The kinds of picture that the painter knows, one a module."""

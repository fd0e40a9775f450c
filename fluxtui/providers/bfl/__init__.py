"""Black Forest Labs: its endpoints, and the translation between our words and its interface."""

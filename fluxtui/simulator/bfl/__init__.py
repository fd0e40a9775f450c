"""Black Forest Labs, simulated: an independent reading of what it documents."""

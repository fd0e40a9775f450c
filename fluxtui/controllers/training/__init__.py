"""A training to be ordered: the trainer, its parameters, presets, samples and the order."""

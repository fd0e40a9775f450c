"""Pictures to be generated: the form, the prompts, sizes, batches, prices and the order."""

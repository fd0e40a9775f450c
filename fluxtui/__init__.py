"""FluxTUI: train FLUX image models, manage them and generate with them, from a terminal."""

__version__ = "0.1.0"

"""Paints what the simulated service returns. Everything here is a pure function of an `Order`."""

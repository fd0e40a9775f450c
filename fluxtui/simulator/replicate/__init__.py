"""The simulator's Replicate: an independent reading of Replicate's HTTP API.

Two hosts: "api" takes requests with a key, "delivery" serves outputs to anybody who knows their address.
Every state follows from the clock and from what was written when a request was accepted, so nothing has to
run in between and a restart loses nothing.

Source, unless a file says otherwise: Replicate's OpenAPI description, its Python clients 1.0.7 and 2.0.0b4
with their recorded traffic, and its documentation, read 2026-11.
"""

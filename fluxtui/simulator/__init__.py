"""A server on loopback that behaves like Black Forest Labs' image service.

It is a second, independent reading of the facts about that service and so imports nothing from the rest of
the program. ``command`` starts it from a command line, ``running`` inside a test.
"""

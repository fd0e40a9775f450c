"""The whole program with no account: a simulator in the background and a sample dataset."""

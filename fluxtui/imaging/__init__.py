"""Pixels of files that nobody vouches for: the one door for all pictures, and what their colours mean."""

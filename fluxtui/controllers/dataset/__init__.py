"""A dataset that is edited: its rows, its history and what is done to many pictures at once."""

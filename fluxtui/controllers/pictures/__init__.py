"""Pictures that are there: what is said of them, masks over them, the ways to get them home."""

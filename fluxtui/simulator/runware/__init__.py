"""A second reading of Runware's API: one path for all tasks, and the host of its pictures."""

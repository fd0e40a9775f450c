"""What this terminal can show: one question before Textual starts, picture encoders, the SSH profile.

Nothing here imports Textual, and Pillow only inside the functions that need it.
"""

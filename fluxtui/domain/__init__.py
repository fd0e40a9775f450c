"""What the program talks about: immutable models and pure functions, no input or output."""

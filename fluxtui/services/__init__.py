"""What the program can do, without any screen: importable and useful from a script."""

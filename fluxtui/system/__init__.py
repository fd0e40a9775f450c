"""What the operating system does for us, within bounds: files, other programs, the end of the process."""

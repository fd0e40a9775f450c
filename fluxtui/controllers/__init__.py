"""What the user prepares and decides, without Textual: one room for each subject, for screens and scripts."""

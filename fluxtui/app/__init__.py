"""The application: its shell, its state, and what keeps that in step with the journal and the terminal."""

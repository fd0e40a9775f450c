"""The places of the program; they present what the services do and own no rules."""

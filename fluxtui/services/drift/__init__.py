"""Where the descriptions of endpoints differ from what the services publish."""

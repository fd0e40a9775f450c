"""Pictures in a terminal: the widget, the channel they are sent through, and how they are drawn."""

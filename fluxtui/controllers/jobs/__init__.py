"""Jobs: what is told of them in rows."""

"""The collector: brings in what jobs made when there is no screen to do it."""

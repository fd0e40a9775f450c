"""The services that train and generate, each in a package of its own."""

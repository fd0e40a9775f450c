"""Settings without a screen: the configuration as a form, profiles, and their keys."""

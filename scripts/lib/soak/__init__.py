"""A long run of bootstrap on mixed events, every answer of which is held against a model that is not its code."""

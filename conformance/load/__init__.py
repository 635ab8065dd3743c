"""Load tests: Locust users who look people up and check every answer against the registry."""

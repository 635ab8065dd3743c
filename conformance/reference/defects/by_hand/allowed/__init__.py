"""Right behaviours that data cannot say."""

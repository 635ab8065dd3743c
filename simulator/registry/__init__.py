"""The national registry: a closed world of people, and how traits are matched against it."""

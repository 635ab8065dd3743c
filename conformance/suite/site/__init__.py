"""What a site sets for itself, and how checks change it and put it back."""

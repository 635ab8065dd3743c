"""What the screens show of an identity, as far as the driver tells: the checks of their rules."""

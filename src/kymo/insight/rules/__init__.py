"""Rules that each know one way in which a training is held back."""

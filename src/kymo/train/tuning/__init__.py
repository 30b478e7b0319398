"""Finding the settings of a data loader that feed a training fastest."""

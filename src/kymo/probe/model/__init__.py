"""What goes on inside the network that is trained: its weights, gradients, updates and activations."""

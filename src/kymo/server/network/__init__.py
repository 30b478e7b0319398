"""Inside the network of a run: the routes for its layers, and for histograms of what they hold."""

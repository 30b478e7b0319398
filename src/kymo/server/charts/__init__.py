"""What charts are drawn from: the routes for lines, bands, statistics and exports, and what they share."""

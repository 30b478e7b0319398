"""What is wrong with the learning itself, by a network's series and the curves of its losses."""

"""The monthly audit: the frame read from the log, the draw, and the check-list filled from facts."""

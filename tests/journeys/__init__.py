"""One realistic case of each kind of every regulation, over the API, from the first call to the review."""

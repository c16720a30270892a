"""Working time on named calendars, pure: when something falls due, and how much time has passed."""

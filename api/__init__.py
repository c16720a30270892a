"""The outermost floor: HTTP, console and command line."""

"""Notices: word to other systems that something was recorded, by a stream or at an address of theirs."""

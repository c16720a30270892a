"""Programmes as they are held: what is owed and how it stands, and the one way to hold, rectify, follow and publish."""

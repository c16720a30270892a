"""The event store on PostgreSQL. `PERSISTENCE_MODULE=cases.store`: any application of the library on it."""

from cases.store.factory import Factory

__all__ = ["Factory"]

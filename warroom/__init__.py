"""warroom: the chat room where a team practises disasters and survives real ones."""

__version__ = "0.1.0"

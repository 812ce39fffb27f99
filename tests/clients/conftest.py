"""Starts what the foreign clients and apps need."""

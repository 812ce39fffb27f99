"""What is kept: rooms and their timelines, the outbox, the inbox, cards, people. On SQLite and PostgreSQL alike.

    db          the one door: plain functions, each in one transaction, off the event loop
    tables      the schema;  migrate brings a database to it, by steps;  columns are its own column types
    prepared    statements that are made once, because they run all the time
    codec       events and effects to JSON and back;  upcast makes old events new
    rooms       a room's row, its timeline and its hash chain
    outbox      what the world must still be told or made to do, in lanes
    inbox       what the outside delivered, each delivery once
    cards, people, sources   what a message shows; who is who; definitions as they were

Every function here takes an open connection first, and belongs in `Database.tx` or `Database.read`.
"""

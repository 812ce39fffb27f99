"""Alembic's way in. There is no alembic.ini: `warroom.store.migrate` hands over an open transaction and owns it."""

from alembic import context

from warroom.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

"""The store's own tests, on the simulation's database: what is found there is true of SQLite and PostgreSQL as well.

Left out are those about threads, several connections and files, which it does not have.
"""

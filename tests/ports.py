"""A port for what must know its own before it listens on it.

Asking the system for one and letting it go is a race: the next connection of any process may leave from that very port.
These lie below the range that the system gives out by itself (from 32768 on Linux, from 49152 elsewhere), so only another
server could take one.
"""

import random
import socket

_LOWEST, _HIGHEST = 20000, 32767
_chance = random.SystemRandom()


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that the system gives to nobody who does not ask for it."""
    while True:
        port = _chance.randint(_LOWEST, _HIGHEST)
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port

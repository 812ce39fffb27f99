"""The time limits of the platform, in seconds, in one place. Tests shorten them; nobody else should."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Slack's documented limits where there are any.

    `retries` are the waits before an event is sent again, as documented for request URLs (Socket Mode's own schedule is not
    documented); `backlog` is how long events wait for a connection: Slack never delivers one that is over two hours late.
    """

    ack: float = 3.0
    trigger: float = 3.0
    response_url: float = 1800.0
    response_url_uses: int = 5
    retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    backlog: float = 7200.0
    ticket: float = 30.0
    ping: float = 10.0
    delayed_events: bool = False  # the app setting Delayed Events: hourly retries for a day after the usual three
    connection: float = 18060.0
    debug_connection: float = 360.0
    disconnect_warning: float = 10.0

"""The web side: webhooks in, and whether this process is well."""

from warroom.web.app import ReadAlerts, Taken, build, runner
from warroom.web.health import Health

__all__ = ["Health", "ReadAlerts", "Taken", "build", "runner"]

"""`python -m tests.simulation`. What it does is in `running`, which the workers can import."""

import sys

from tests.simulation.running import main

if __name__ == "__main__":
    sys.exit(main())

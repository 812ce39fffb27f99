"""Who plays in the demo, and where."""

from warroom.workspace import Person, Seed, SeedChannel

DUNGEON_MASTER, DATABASES, PLATFORM, NETWORK, OBSERVER = "harriet", "ana", "ben", "chiara", "mika"
RESPONDERS = (DATABASES, PLATFORM, NETWORK)
OPERATIONS = "operations"
HOOK_TOKEN = "demo-only-narwhal"  # noqa: S105 - opens nothing but this machine's demo

SEED = Seed(
    team_name="Narwhal HQ",
    people=(
        Person(name=DUNGEON_MASTER, real_name="Harriet Vance", role="Dungeon master", emoji="🎲"),
        Person(name=DATABASES, real_name="Ana Lindqvist", role="Responder, databases", emoji="🦊"),
        Person(name=PLATFORM, real_name="Ben Okafor", role="Responder, platform", emoji="🐻"),
        Person(name=NETWORK, real_name="Chiara Rossi", role="Responder, network", emoji="🦉"),
        Person(name=OBSERVER, real_name="Mika Tanaka", role="Observer", emoji="👀"),
    ),
    channels=(
        SeedChannel(name="general", purpose="Everybody"),
        SeedChannel(name=OPERATIONS, purpose="What runs, what does not"),
    ),
)

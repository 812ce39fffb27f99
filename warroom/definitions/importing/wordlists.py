"""Long lists of words, kept as text because that is how people read and extend them."""


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())

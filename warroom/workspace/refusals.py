"""The workspace's own no to a person, told apart from what an app or Slack's API refuses."""


class Refused(Exception):
    """The workspace's own no to a person: a code for the page, a sentence for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence

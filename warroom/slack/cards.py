"""Everything warroom shows in Slack, as functions from views and effects to messages. Each kind has a file of its own."""

from warroom.slack.blocks import Message
from warroom.slack.evaluationcard import evaluation_card
from warroom.slack.home import HomeRoom, HomeScenario, HomeView, home
from warroom.slack.notices import digest, notice, offer, plainly, refusal, report_comment
from warroom.slack.panelcard import panel_card
from warroom.slack.runcard import run_card
from warroom.slack.statuscard import status_card

__all__ = [
    "HomeRoom",
    "HomeScenario",
    "HomeView",
    "Message",
    "digest",
    "evaluation_card",
    "home",
    "notice",
    "offer",
    "panel_card",
    "plainly",
    "refusal",
    "report_comment",
    "run_card",
    "status_card",
]

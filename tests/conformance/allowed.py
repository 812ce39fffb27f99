"""What departs from the published facts and is right all the same, each with its reason.

`where` and `what` are regular expressions for the whole text. An entry that a full run does not need is reported: take it out.
Reasons that begin with `open:` are departures that should be mended rather than allowed.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Allowed:
    rule: str
    where: str
    what: str
    reason: str


_NOT_IN_TYPE = "the type in @slack/types and the samples are of a person's message"

ALLOWED: tuple[Allowed, ...] = (
    # -- calls
    Allowed(
        rule="call.unknown_argument",
        where=r".*",
        what="team_id",
        reason="Bolt puts the team into every call of its client; arguments a method does not know are ignored.",
    ),
    Allowed(
        rule="call.argument_type",
        where="blocks.validate",
        what="message",
        reason="open: the 100,000 characters are counted without the spaces of the JSON as it was sent.",
    ),
    Allowed(
        rule="method.unknown",
        where=(
            r"auth\.revoke|chat\.(meMessage|unfurl)|conversations\.(close|mark)|dnd\..*|(files|reactions)\.list"
            r"|team\.profile\.get|usergroups\..*|users\.(getPresence|profile\.get|setPresence)"
        ),
        what=".*",
        reason="Methods of docs.slack.dev that the kept part of the reference does not hold.",
    ),
    Allowed(
        rule="call.blocks",
        where="chat.postMessage",
        what="unknown block data_visualization",
        reason="docs.slack.dev has this block, @slack/types 3.2.0 not yet; our own table looks at what is in it.",
    ),
    Allowed(
        rule="message.blocks",
        where="chat.postMessage",
        what="unknown block data_visualization",
        reason="docs.slack.dev has this block, @slack/types 3.2.0 not yet; our own table looks at what is in it.",
    ),
    # -- replies
    Allowed(
        rule="reply.shape",
        where=r"apps\.event\.authorizations\.list",
        what=r"/authorizations/\*(/is_bot: wrong type, expected string|: unknown field is_enterprise_install)",
        reason="The example holds the word string everywhere; the wrapper of events shows what an authorization is.",
    ),
    Allowed(
        rule="reply.shape",
        where=r"api\.test",
        what=": unknown field args",
        reason="docs.slack.dev: it gives back the arguments it was called with.",
    ),
    Allowed(
        rule="reply.shape",
        where=r"files\.info",
        what=r"/file/shares(/public)?: unknown field .*",
        reason="Shares are named by channel, under public and private (docs.slack.dev: file object).",
    ),
    Allowed(
        rule="reply.shape",
        where=r"conversations\.info",
        what="/channel: unknown field priority, user",
        reason="Of direct messages; the sample is of a channel (docs.slack.dev: conversation object).",
    ),
    Allowed(
        rule="reply.shape",
        where=r"chat\.scheduledMessages\.list",
        what=r"/scheduled_messages/\*/id: wrong type, expected number",
        reason="It is the scheduled_message_id, which is text everywhere else and in Slack's own SDKs.",
    ),
    Allowed(
        rule="message.shape",
        where=r"conversations\.history",
        what=": unknown field source_team, user_team",
        reason="What people from another company write has them (docs.slack.dev: Slack Connect); the samples are of one team.",
    ),
    Allowed(
        rule="reply.error_code",
        where="chat.postMessage",
        what="invalid_attachments",
        reason="Not in the reference, what a second table is refused with (facts 5: slack-skills-plugin and others).",
    ),
    Allowed(
        rule="reply.error_code",
        where="chat.postMessage",
        what="thread_not_found",
        reason="Not in the reference, seen with a thread_ts that is not there (bolt-js#2307).",
    ),
    Allowed(
        rule="reply.error_code",
        where="conversations.unarchive",
        what="not_in_channel",
        reason="Not in the reference, what bots get, as archiving puts them out (slack-go/slack#1066).",
    ),
    Allowed(
        rule="reply.shape",
        where="conversations.kick",
        what=": missing field errors",
        reason="The example's `errors` is about channels shared by workspaces of one organisation.",
    ),
    Allowed(
        rule="reply.shape",
        where="users.conversations",
        what=r"/channels/\*: unknown field .*",
        reason="The example of docs.slack.dev is from before these fields; conversations.list has them all.",
    ),
    Allowed(
        rule="reply.shape",
        where="conversations.(create|join|open|rename|setTopic|setPurpose|invite)",
        what="/channel: unknown field conversation_host_id",
        reason="Channels that are shared have it (the schemas of conversations.info and conversations.list).",
    ),
    Allowed(
        rule="reply.shape",
        where=r"conversations\..*",
        what="/channel: unknown field is_frozen",
        reason="The examples of conversations.info and setTopic on docs.slack.dev have it, json-logs does not.",
    ),
    Allowed(
        rule="reply.shape",
        where="conversations.info",
        what="/channel: unknown field (priority|user)",
        reason="The samples of conversations.info are of channels; direct messages have these (conversations.list).",
    ),
    Allowed(
        rule="message.shape",
        where="conversations.history",
        what=": unknown field (source_team|user_team)",
        reason="What people from another company write has them (docs.slack.dev: Slack Connect).",
    ),
    # -- events
    Allowed(
        rule="event.shape",
        where="channel_rename",
        what="/channel: missing field is_mpim",
        reason="open: @slack/types and the sample have it for every channel, the workspace for none.",
    ),
    Allowed(
        rule="event.unknown",
        where="message.group_archive",
        what="no schema of it was published",
        reason="open: events.json has this subtype for RTM alone; what a private channel's archiving says is not published.",
    ),
    Allowed(
        rule="event.shape",
        where="message.channel_archive",
        what=": unknown field members",
        reason="docs.slack.dev (channel_archive message) shows it.",
    ),
    Allowed(
        rule="event.shape",
        where="message.bot_message",
        what=": unknown field app_id",
        reason=f"conversations.history shows it for the same message; {_NOT_IN_TYPE}.",
    ),
    Allowed(
        rule="event.shape",
        where=r"message\.channel_(topic|purpose)",
        what=": unknown field team",
        reason="The samples of the other messages about a channel have it, those of these two happen not to.",
    ),
    Allowed(
        rule="event.shape",
        where="message.file_share",
        what=": unknown field (app_id|bot_id|bot_profile)",
        reason=f"conversations.history shows them for files of an app; {_NOT_IN_TYPE}.",
    ),
    Allowed(
        rule="event.shape",
        where="message.file_share",
        what=r"/files/\*: unknown field ims",
        reason="The file object has it (files.info, conversations.history).",
    ),
    Allowed(
        rule="event.shape",
        where="message.thread_broadcast",
        what=": unknown field (app_id|bot_id|bot_profile|parent_user_id|team)",
        reason=f"conversations.replies shows them for the same message; {_NOT_IN_TYPE}.",
    ),
    Allowed(
        rule="event.shape",
        where="message",
        what=": unknown field (source_team|user_team)",
        reason="What people from another company write has them (docs.slack.dev: Slack Connect); the samples are of one team.",
    ),
    Allowed(
        rule="event.shape",
        where=r"message\.channel_posting_permissions",
        what=": unknown field team",
        reason="The samples of the other messages about a channel have it.",
    ),
    Allowed(
        rule="event.unknown",
        where=r"message\.channel_posting_permissions",
        what="not a subtype of message",
        reason="json-logs' MessageChannelPostingPermissionsPayload is a sample of it.",
    ),
    Allowed(
        rule="event.unknown",
        where=(
            "channel_(un)?shared|group_(open|close)|link_shared|team_(rename|domain_change)|user_status_changed"
            r"|message\.group_(join|leave|name|topic|purpose)"
        ),
        what="no schema of it was published",
        reason="events.json and json-logs have them; no types were published to check the fields against.",
    ),
    # -- answers
    Allowed(
        rule="answer.limits",
        where="view_submission",
        what=": missing required field: (blocks|title)",
        reason="A test answers with a modal that has nothing in it, to see it refused.",
    ),
    Allowed(
        rule="answer.view",
        where="view_submission",
        what=": missing field title|blocks are not a list",
        reason="The same answer of the same test.",
    ),
    # -- interactions
    Allowed(
        rule="interaction.shape",
        where="block_actions",
        what="/view: missing field title",
        reason="@slack/bolt types every view as having a title; the example reply of views.publish has none on a Home tab.",
    ),
    Allowed(
        rule="interaction.action",
        where="action button",
        what=": unknown field style",
        reason="json-logs' BlockActionPayload has it; the type in @slack/bolt does not.",
    ),
    Allowed(
        rule="interaction.action",
        where="action radio_buttons",
        what=r"/selected_option/text/type: .*",
        reason="@slack/bolt types it as mrkdwn alone; an option's text may be either (@slack/types: PlainTextOption).",
    ),
    Allowed(
        rule="interaction.shape",
        where=r"view_submission|block_actions|view_closed",
        what=r"/view/state/values/.*/selected_option: unknown field description",
        reason="The chosen option is given back whole; json-logs' BlockActionPayload shows its description.",
    ),
)

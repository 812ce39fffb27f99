"""The table: what every block, element and view must and may have, with Slack's limits. What is not in it is refused.

Limits are those of docs.slack.dev (Block Kit reference) and of the comments of Slack's own @slack/types 3.2.0; where the
table knows a field that those types lack, a comment names the source. Where sources differ the narrower one is taken: an
option's value may have 75 characters. `[U]` marks what nobody could verify; there, too, the narrower reading is taken.
Lengths are counted in code points.

    objects      text, options, confirmation and the other small objects
    richtext     what rich_text blocks are made of
    elements     buttons, menus, pickers, inputs
    charts       what data_visualization blocks are made of
    blocks       every block, and on which surface it may stand
    views        modals, homes, and the attachments of messages
"""

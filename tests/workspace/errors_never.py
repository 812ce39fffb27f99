"""Codes of the reference that nothing in a local workspace can bring about, each with its reason."""

_BY_REASON: dict[str, str] = {
    "Enterprise Grid, its keys and its migrations: a local workspace stands alone": """
        ekm_access_denied enterprise_is_restricted enterprise_not_found org_not_found org_user_not_in_team
        invitee_cant_see_channel team.info:user_not_found missing_user fail_to_get_teams_for_restricted_user
        chat.postMessage:team_not_found chat.update:team_not_found""",
    "Slack answers it to org-wide tokens that name no team; here every token belongs to one workspace": """
        conversations.create:missing_argument conversations.list:missing_argument users.list:missing_argument
        users.conversations:missing_argument usergroups.list:missing_argument bots.info:missing_argument""",
    "Salesforce record channels do not exist here": "channel_is_limited_access",
    "There are no canvases, tabs, Slack lists, templates or clips here": """
        canvas_disabled_user_team canvas_disabled_file_team canvas_globally_disabled template_not_visible
        list_record_comment_fetch_failed slack_connect_canvas_sharing_blocked slack_connect_lists_sharing_blocked
        slack_connect_clip_sharing_blocked too_many_tabs delete_not_allowed reactions.add:no_access
        reactions.remove:no_access""",
    "Administrators cannot forbid kinds of files here": """
        slack_connect_blocked_file_type slack_connect_file_link_sharing_blocked
        slack_connect_file_upload_sharing_blocked blocked_file_type file_type_not_allowed
        file_uploads_except_images_disabled file_upload_size_restricted files.info:access_denied""",
    "Files and messages cannot be bookmarked, and there are no folders, shortcuts or app actions to bookmark": """
        bookmarks.add:file_not_found file_already_added invalid_entity_id invalid_app_action_type invalid_child_type
        invalid_shortcut_type parent_bookmark_disabled parent_with_link cannot_bookmark_from_external_org
        cannot_bookmark_restricted_sharing_enabled bookmarks.edit:invalid_bookmark_type
        bookmarks.remove:invalid_bookmark_type""",
    "Every feature is there for everybody": """
        bookmarks.add:not_implemented bookmarks.edit:not_implemented bookmarks.list:not_implemented
        bookmarks.remove:not_implemented views.publish:not_implemented missing_profile_id""",
    "A bookmark's remover is the app itself, which exists": "bookmarks.remove:user_not_found",
    "Apps have no drafts, and send nothing on behalf of others": """
        draft_already_deleted draft_already_sent draft_has_conflict draft_not_found send_on_behalf_not_allowed""",
    "client_msg_id is kept and not looked up: what it does for a bot is documented nowhere": """
        duplicate_channel_not_found duplicate_message_not_found""",
    "Workspace apps and tokens of older kinds are gone; unknown tokens are refused with invalid_auth": """
        as_user_not_supported bad_token chat.scheduleMessage:invalid_token chat.scheduledMessages.list:invalid_token""",
    "Only apps post through the API here": "metadata_must_be_sent_from_app app_access_restricted",
    "Contact cards and threads of streamed text are not here": """
        too_many_contact_cards streaming_state_conflict missing_file_data""",
    "Threads are never locked here": """
        restricted_action_thread_locked reactions.add:thread_locked reactions.remove:thread_locked""",
    "Shares of a file are not counted": "file_share_limit_reached max_file_sharing_exceeded",
    "Another code of the same meaning comes first: file_deleted": "file_is_deleted",
    "Another code of the same meaning comes first: invalid_name_required": "no_channel",
    "Another code of the same meaning comes first: no_pin": "not_pinned",
    "Another code of the same meaning comes first: not_authed": "missing_args",
    "No channel is required or full here": "cant_archive_required too_many_members",
    "Every app can be invited and everybody kicked": "app_cannot_join_channel conversations.kick:not_supported",
    "The arguments that would bring it about are not in the reference any more": """
        pins.add:file_not_found file_not_shared pins.remove:file_not_found pins.remove:file_comment_not_found
        bots_not_found users.info:too_many_users usergroups.list:users_not_found unknown_subtype""",
    "Every kind of conversation can be listed and read": """
        conversations.list:method_not_supported_for_channel_type
        users.conversations:method_not_supported_for_channel_type
        conversations.members:method_not_supported_for_channel_type
        conversations.replies:method_not_supported_for_channel_type""",
    "User groups come in one piece, without cursors": """
        usergroups.list:invalid_cursor usergroups.users.list:invalid_cursor""",
    "Manifests are only read here, by any app of the workspace": """
        app_not_eligible app_not_owned_by_manager_app failed_adding_collaborator failed_creating_app invalid_app
        apps.manifest.validate:no_permission apps.manifest.validate:unknown_method""",
    "Every team of this workspace may use Socket Mode": "forbidden_team",
}


def _read() -> dict[tuple[str, str], str]:
    """(method or "*", code) -> reason."""
    read: dict[tuple[str, str], str] = {}
    for reason, words in _BY_REASON.items():
        for word in words.split():
            method, _, code = word.rpartition(":")
            read[method or "*", code] = reason
    return read


NEVER_HERE = _read()

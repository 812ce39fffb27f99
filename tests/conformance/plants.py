"""What can be wrong with a recording: each function plants one violation in lines that are clean without it."""

from collections.abc import Callable
from typing import Any

Doc = dict[str, Any]
Lines = list[Doc]
Planter = Callable[[Lines], None]


def call_in(lines: Lines, method: str, n: int = 0) -> Doc:
    return [line for line in lines if line["kind"] == "call" and line["method"] == method][n]


def frames_in(lines: Lines, kind: str) -> Lines:
    return [line["frame"] for line in lines if line["kind"] == "frame" and line["frame"].get("type") == kind]


def event_in(lines: Lines, type_: str) -> Doc:
    frames = frames_in(lines, "events_api")
    found: Doc = next(f["payload"] for f in frames if f["payload"]["event"]["type"] == type_)
    return found


def interaction_in(lines: Lines, type_: str) -> Doc:
    found: Doc = next(f for f in frames_in(lines, "interactive") if f["payload"]["type"] == type_)
    return found


def acks_in(lines: Lines) -> Lines:
    return [line["frame"] for line in lines if line["kind"] == "frame" and line["direction"] == "in"]


def app_in(lines: Lines) -> Doc:
    return next(line for line in lines if line["kind"] == "app")


# -- the plants --------------------------------------------------------------------------------------------------------------


def unknown_argument(lines: Lines) -> None:
    call_in(lines, "chat.postMessage")["request"]["chanel"] = "C1"


def missing_argument(lines: Lines) -> None:
    del call_in(lines, "reactions.add")["request"]["timestamp"]


def wrong_argument_type(lines: Lines) -> None:
    call_in(lines, "conversations.history")["request"]["limit"] = "ten"


def too_many_at_once(lines: Lines) -> None:
    call_in(lines, "conversations.history")["request"]["inclusive"] = [True]


def without_token(lines: Lines) -> None:
    call_in(lines, "chat.update")["kind_of_token"] = ""


def block_over_the_limit(lines: Lines) -> None:
    call_in(lines, "chat.postMessage")["request"]["blocks"][0]["text"]["text"] = "x" * 3001


def repeated_block_id(lines: Lines) -> None:
    call_in(lines, "chat.postMessage")["request"]["blocks"][1]["block_id"] = "said"


def unknown_block(lines: Lines) -> None:
    call_in(lines, "chat.postMessage")["request"]["blocks"][0]["type"] = "sektion"


def field_no_block_has(lines: Lines) -> None:
    call_in(lines, "chat.update")["request"]["blocks"][0]["colour"] = "red"


def modal_without_title(lines: Lines) -> None:
    del call_in(lines, "views.open")["request"]["view"]["title"]


def modal_without_submit(lines: Lines) -> None:
    del call_in(lines, "views.open")["request"]["view"]["submit"]


def metadata_without_payload(lines: Lines) -> None:
    del call_in(lines, "chat.postMessage")["request"]["metadata"]["event_payload"]


def wrong_reply_type(lines: Lines) -> None:
    call_in(lines, "conversations.create")["response"]["channel"]["created"] = "yesterday"


def extra_reply_field(lines: Lines) -> None:
    call_in(lines, "conversations.create")["response"]["channel"]["is_nice"] = True


def missing_reply_field(lines: Lines) -> None:
    del call_in(lines, "chat.postMessage")["response"]["ts"]


def extra_field_of_a_message(lines: Lines) -> None:
    call_in(lines, "conversations.history")["response"]["messages"][0]["mood"] = "good"


def reply_without_ok(lines: Lines) -> None:
    del call_in(lines, "reactions.add")["response"]["ok"]


def undocumented_error(lines: Lines) -> None:
    call_in(lines, "conversations.info")["response"]["error"] = "no_such_channel"


def scope_without_needed(lines: Lines) -> None:
    call_in(lines, "conversations.info")["response"] = {"ok": False, "error": "missing_scope", "provided": "x"}


def limited_without_retry_after(lines: Lines) -> None:
    line = call_in(lines, "conversations.info")
    line |= {"response": {"ok": False, "error": "ratelimited"}, "status": 429, "retry_after": ""}


def limited_with_ok_status(lines: Lines) -> None:
    call_in(lines, "conversations.info")["response"] = {"ok": False, "error": "ratelimited"}


def refusal_with_status(lines: Lines) -> None:
    call_in(lines, "conversations.info")["status"] = 404


def method_nobody_has(lines: Lines) -> None:
    call_in(lines, "reactions.add")["method"] = "reactions.put"


def event_without_scope(lines: Lines) -> None:
    app_in(lines)["scopes"].remove("reactions:read")


def event_without_subscription(lines: Lines) -> None:
    app_in(lines)["bot_events"].remove("app_mention")


def event_before_the_app(lines: Lines) -> None:
    lines.remove(app_in(lines))


def missing_wrapper_field(lines: Lines) -> None:
    del event_in(lines, "app_mention")["event_context"]


def extra_wrapper_field(lines: Lines) -> None:
    event_in(lines, "app_mention")["importance"] = 1


def event_of_another_app(lines: Lines) -> None:
    event_in(lines, "app_mention")["api_app_id"] = "A0OTHER"


def missing_event_field(lines: Lines) -> None:
    del event_in(lines, "reaction_added")["event"]["item"]


def wrong_event_type(lines: Lines) -> None:
    event_in(lines, "reaction_added")["event"]["event_ts"] = 1700000000.5


def event_nobody_knows(lines: Lines) -> None:
    event_in(lines, "reaction_added")["event"]["type"] = "reaction_imagined"


def changed_message_with_more(lines: Lines) -> None:
    event = next(
        f["payload"]["event"] for f in frames_in(lines, "events_api") if "previous_message" in f["payload"]["event"]
    )
    event["previous_message"]["mood"] = "bad"


def repeated_envelope(lines: Lines) -> None:
    first, second = frames_in(lines, "events_api")[:2]
    second["envelope_id"] = first["envelope_id"]


def repeated_event(lines: Lines) -> None:
    first, *_, last = (f for f in frames_in(lines, "events_api") if f["payload"]["event"]["type"] == "message")
    last["payload"]["event_id"] = first["payload"]["event_id"]


def ts_going_backwards(lines: Lines) -> None:
    call_in(lines, "chat.postMessage", 1)["response"]["ts"] = "1000000000.000001"


def two_messages_of_one_ts(lines: Lines) -> None:
    said = [f["payload"]["event"] for f in frames_in(lines, "events_api") if f["payload"]["event"]["type"] == "message"]
    told = [event for event in said if not event.get("hidden")]
    told[1]["ts"] = told[0]["ts"]


def hello_without_app(lines: Lines) -> None:
    del frames_in(lines, "hello")[0]["connection_info"]


def disconnect_without_reason(lines: Lines) -> None:
    frame = {"type": "disconnect", "reason": "tired", "debug_info": {"host": "local"}}
    lines.append({"kind": "frame", "direction": "out", "app_id": app_in(lines)["app_id"], "frame": frame})


def event_that_accepts(lines: Lines) -> None:
    frames_in(lines, "events_api")[0]["accepts_response_payload"] = True


def submission_that_does_not_accept(lines: Lines) -> None:
    interaction_in(lines, "view_submission")["accepts_response_payload"] = False


def event_without_retry(lines: Lines) -> None:
    del frames_in(lines, "events_api")[0]["retry_attempt"]


def envelope_with_more(lines: Lines) -> None:
    frames_in(lines, "slash_commands")[0]["retry_attempt"] = 0


def ack_of_nothing(lines: Lines) -> None:
    acks_in(lines)[0]["envelope_id"] = "00000000-0000-4000-8000-000000000000"


def ack_with_more(lines: Lines) -> None:
    acks_in(lines)[0]["ok"] = True


def ack_with_unwanted_payload(lines: Lines) -> None:
    acks_in(lines)[0]["payload"] = {"text": "thanks"}


def answer_with_unknown_action(lines: Lines) -> None:
    ack = next(ack for ack in acks_in(lines) if "response_action" in ack.get("payload", {}))
    ack["payload"]["response_action"] = "close"


def option_over_the_limit(lines: Lines) -> None:
    ack = next(ack for ack in acks_in(lines) if "options" in ack.get("payload", {}))
    ack["payload"]["options"][0]["text"]["text"] = "x" * 76


def command_without_trigger(lines: Lines) -> None:
    del frames_in(lines, "slash_commands")[0]["payload"]["trigger_id"]


def press_with_more(lines: Lines) -> None:
    interaction_in(lines, "block_actions")["payload"]["actions"][0]["strength"] = 11


def submission_without_view(lines: Lines) -> None:
    del interaction_in(lines, "view_submission")["payload"]["view"]


def interaction_nobody_knows(lines: Lines) -> None:
    interaction_in(lines, "view_closed")["payload"]["type"] = "view_forgotten"


def answer_at_url_with_more(lines: Lines) -> None:
    next(line for line in lines if line["kind"] == "response_url")["request"]["colour"] = "red"


def refusal_at_url_with_ok(lines: Lines) -> None:
    lines.append({"kind": "response_url", "response": "used_url", "status": 400})


def token_in_an_argument(lines: Lines) -> None:
    call_in(lines, "chat.postMessage")["request"]["text"] = "my token is xoxb-" + "0" * 32


def token_by_its_name(lines: Lines) -> None:
    event_in(lines, "app_mention")["token"] = "verify me"


def secret_of_the_app(lines: Lines) -> None:
    # sha256 of thirty-two zeros, as an app's line would hold it
    digest = "84e0c0eafaa95a34c293f278ac52e45ce537bab5e752a00e6959a13ae103b65a"
    app_in(lines)["secrets"].append(digest)
    call_in(lines, "chat.postMessage")["request"]["text"] = "0" * 32


def unknown_kind_of_line(lines: Lines) -> None:
    lines.append({"kind": "telepathy"})


PLANTS: list[tuple[Planter, str, str, str]] = [
    (unknown_argument, "call.unknown_argument", "chat.postMessage", "chanel"),
    (missing_argument, "call.missing_argument", "reactions.add", "timestamp"),
    (wrong_argument_type, "call.argument_type", "conversations.history", "limit"),
    (too_many_at_once, "call.argument_type", "conversations.history", "inclusive"),
    (without_token, "call.without_token", "chat.update", "token"),
    (block_over_the_limit, "call.limits", "chat.postMessage", "/*/text/text: must be less than 3001 characters"),
    (repeated_block_id, "call.limits", "chat.postMessage", "/*/block_id: block_id 'said' already exists"),
    (unknown_block, "call.blocks", "chat.postMessage", "unknown block sektion"),
    (field_no_block_has, "call.blocks", "chat.update", "/section: unknown field colour"),
    (modal_without_title, "call.view", "views.open", ": missing field title"),
    (modal_without_submit, "call.limits", "views.open", ": missing required field: submit (there are input blocks)"),
    (metadata_without_payload, "call.metadata", "chat.postMessage", "event_payload is not an object"),
    (wrong_reply_type, "reply.shape", "conversations.create", "/channel/created: wrong type, expected number"),
    (extra_reply_field, "reply.shape", "conversations.create", "/channel: unknown field is_nice"),
    (missing_reply_field, "reply.shape", "chat.postMessage", ": missing field ts"),
    (extra_field_of_a_message, "message.shape", "conversations.history", ": unknown field mood"),
    (reply_without_ok, "reply.shape", "reactions.add", "ok is missing"),
    (undocumented_error, "reply.error_code", "conversations.info", "no_such_channel"),
    (scope_without_needed, "reply.missing_scope", "conversations.info", "needed or provided is missing"),
    (limited_without_retry_after, "reply.retry_after", "conversations.info", "429 without Retry-After"),
    (limited_with_ok_status, "reply.status", "conversations.info", "ratelimited with HTTP 200"),
    (refusal_with_status, "reply.status", "conversations.info", "HTTP 404"),
    (method_nobody_has, "method.unknown", "reactions.put", "not a method of the Web API"),
    (event_without_scope, "event.scope", "reaction_added", "the app holds none of reactions:read"),
    (event_without_subscription, "event.subscription", "app_mention", "the app did not subscribe to app_mention"),
    (event_before_the_app, "event.app", "app_mention", "sent to an app that is not installed"),
    (missing_wrapper_field, "event.wrapper", "app_mention", ": missing field event_context"),
    (extra_wrapper_field, "event.wrapper", "app_mention", ": unknown field importance"),
    (event_of_another_app, "event.wrapper", "app_mention", "api_app_id is another app"),
    (missing_event_field, "event.shape", "reaction_added", ": missing field item"),
    (wrong_event_type, "event.shape", "reaction_added", "/event_ts: wrong type, expected string"),
    (event_nobody_knows, "event.unknown", "reaction_imagined", "no schema of it was published"),
    (changed_message_with_more, "message.shape", "message.message_changed", ": unknown field mood"),
    (repeated_envelope, "order.envelope_id", "events_api", "was used before"),
    (repeated_event, "order.event_id", "message", "came before"),
    (ts_going_backwards, "order.ts", "chat.postMessage", "does not grow"),
    (two_messages_of_one_ts, "order.ts", "event message", "two messages of the same ts"),
    (hello_without_app, "frame.shape", "hello", "missing field connection_info"),
    (disconnect_without_reason, "frame.reason", "disconnect", "tired"),
    (event_that_accepts, "frame.accepts", "events_api", "an event accepts a payload"),
    (submission_that_does_not_accept, "frame.accepts", "view_submission", "accepts_response_payload is False"),
    (event_without_retry, "frame.shape", "events_api", "missing field retry_attempt"),
    (envelope_with_more, "frame.shape", "slash_commands", "unknown field retry_attempt"),
    (ack_of_nothing, "ack.unknown", "ack", "acknowledges an envelope that was not sent"),
    (ack_with_more, "ack.shape", "ack", "unknown field ok"),
    (ack_with_unwanted_payload, "ack.payload", "events_api", "has a payload that is not accepted"),
    (answer_with_unknown_action, "answer.action", "view_submission", "close"),
    (
        option_over_the_limit,
        "answer.limits",
        "block_suggestion",
        "/*/elements/*/options/*/text/text: must be less than 76 characters",
    ),
    (command_without_trigger, "interaction.shape", "slash_command", ": missing field trigger_id"),
    (press_with_more, "interaction.action", "action button", ": unknown field strength"),
    (submission_without_view, "interaction.shape", "view_submission", ": missing field view"),
    (interaction_nobody_knows, "interaction.unknown", "view_forgotten", "not an interaction"),
    (answer_at_url_with_more, "said.shape", "response_url", "unknown field colour"),
    (refusal_at_url_with_ok, "response_url.status", "response_url", "used_url with HTTP 400"),
    (token_in_an_argument, "secret.token", "1-1.jsonl", "a token"),
    (token_by_its_name, "secret.token", "1-1.jsonl", "a token by its name"),
    (secret_of_the_app, "secret.known", "1-1.jsonl", "a secret of an app"),
    (unknown_kind_of_line, "record.kind", "telepathy", "not a kind of line"),
]


# -- over HTTP ---------------------------------------------------------------------------------------------------------------


def posted_in(lines: Lines, type_: str) -> Doc:
    return next(line for line in lines if line["kind"] == "post" and type_ in line["body"])


def http_event_without_id(lines: Lines) -> None:
    line = posted_in(lines, "event_callback")
    line["body"] = line["body"].replace('"event_id"', '"event_number"')


def http_retry_without_reason(lines: Lines) -> None:
    posted_in(lines, "event_callback")["headers"]["X-Slack-Retry-Num"] = "1"


def http_body_of_another_type(lines: Lines) -> None:
    posted_in(lines, "event_callback")["encoding"] = "text/plain"


def http_challenge_with_more(lines: Lines) -> None:
    line = posted_in(lines, "url_verification")
    line["body"] = line["body"].replace('"challenge"', '"please": true, "challenge"')


def http_shortcut_answered_with_text(lines: Lines) -> None:
    posted_in(lines, "begin")["answer"] = "thanks"


PLANTS_OVER_HTTP: list[tuple[Planter, str, str]] = [
    (http_event_without_id, "event.wrapper", ": missing field event_id"),
    (http_retry_without_reason, "post.retry", "one retry header without the other"),
    (http_body_of_another_type, "post.encoding", "neither JSON nor a form"),
    (http_challenge_with_more, "frame.shape", "unknown field please"),
    (http_shortcut_answered_with_text, "answer.shape", "not JSON"),
]

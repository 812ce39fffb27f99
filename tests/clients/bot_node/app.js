// The bot of the scene on @slack/bolt. `../bot_python.py` is the same bot on slack_bolt; change both or neither.
// The environment it is told by and the journal it keeps are described there.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { App, HTTPReceiver, LogLevel } = require('@slack/bolt');

const { BOT_MODE, SLACK_API_URL, SLACK_APP_TOKEN, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET } = process.env;
const SCENE = JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'scene.json'), 'utf-8'));

const keep = (entry) => fs.writeSync(1, `${JSON.stringify(entry)}\n`);
const toStderr = (...words) => console.error(...words); // standard output is the journal's
const logger = { debug() {}, info() {}, warn: toStderr, error: toStderr, setLevel() {}, getLevel: () => LogLevel.WARN, setName() {} };
const receiver = BOT_MODE === 'http' ? new HTTPReceiver({ signingSecret: SLACK_SIGNING_SECRET, logger }) : undefined;

const app = new App({
  token: SLACK_BOT_TOKEN,
  clientOptions: { slackApiUrl: SLACK_API_URL },
  ignoreSelf: false, // the journal is to show what Slack tells a bot of its own doings
  logger,
  ...(receiver ? { receiver } : { socketMode: true, appToken: SLACK_APP_TOKEN }),
});

// The answer to a call, also if it is a refusal; kept in the journal.
async function reply(call, answering) {
  let answer;
  try {
    answer = await answering;
  } catch (refused) {
    if (!refused.data) throw refused;
    answer = refused.data;
  }
  keep({ call, reply: answer });
  return answer;
}

app.use(async ({ body, next }) => {
  keep({ got: body });
  await next();
});

app.command('/scene', async ({ ack, command, respond, client }) => {
  const [word, ...rest] = command.text.split(' ');
  if (word === 'echo') {
    await ack({ text: `You said ${rest.join(' ')}`, response_type: 'ephemeral' });
  } else {
    await ack();
    await WORDS[word](client, command, respond);
  }
  keep({ done: word });
});

async function openRoom(client, command, respond) {
  const people = [...command.text.matchAll(/<@(\w+)>/g)].map((found) => found[1]);
  const made = await reply('conversations.create', client.conversations.create({ name: 'checkout-down' }));
  const room = made.channel.id;
  await reply('conversations.invite', client.conversations.invite({ channel: room, users: people.join(',') }));
  await reply('conversations.setTopic', client.conversations.setTopic({ channel: room, topic: 'Checkout & <all>' }));
  const card = { text: 'Checkout is down', blocks: SCENE.card, unfurl_links: false };
  const metadata = { event_type: 'opened', event_payload: { number: 7, tags: ['a', 'b'] } };
  await reply('chat.postMessage', client.chat.postMessage({ channel: room, metadata, ...card }));
  await respond({ text: `Opened <#${room}>`, response_type: 'ephemeral' });
}

async function anotherCard(client, command) {
  const card = { channel: command.channel_id, text: 'Another card', blocks: SCENE.card };
  await reply('chat.postMessage', client.chat.postMessage({ ...card, username: 'Wanda', icon_emoji: ':fairy:' }));
}

async function upload(client, command) {
  // The clients wrap the reply of their own accord, each differently: the calls are compared, the wrapping is not.
  await client.files.uploadV2({
    channel_id: command.channel_id,
    content: '10:02 gone\n10:05 found\n',
    filename: 'timeline.txt',
    title: 'Timeline',
    initial_comment: 'What we know.',
  });
}

async function read(client, command, respond) {
  const [room, user] = [command.channel_id, command.user_id];
  const messages = [];
  let cursor = '';
  do {
    const asked = client.conversations.history({ channel: room, limit: 3, cursor });
    const page = await reply('conversations.history', asked);
    messages.push(...page.messages);
    cursor = page.response_metadata?.next_cursor ?? '';
  } while (cursor);
  const card = messages.find((message) => message.reply_count);
  const { ts } = card;
  await reply('conversations.replies', client.conversations.replies({ channel: room, ts }));
  const everything = { oldest: ts, latest: ts, inclusive: true, include_all_metadata: true };
  await reply('conversations.history', client.conversations.history({ channel: room, ...everything }));
  await reply('conversations.info', client.conversations.info({ channel: room, include_num_members: true }));
  await reply('conversations.members', client.conversations.members({ channel: room }));
  const types = 'public_channel,private_channel';
  await reply('conversations.list', client.conversations.list({ types, limit: 50 }));
  await reply('users.info', client.users.info({ user }));
  await reply('pins.list', client.pins.list({ channel: room }));
  await reply('reactions.get', client.reactions.get({ channel: room, timestamp: ts, full: true }));
  await reply('chat.getPermalink', client.chat.getPermalink({ channel: room, message_ts: ts }));
  await reply('team.info', client.team.info());
  await reply('api.test', client.api.test({ foo: 'bar' }));
  await respond({ text: messages.map((message) => message.text).join('\n'), replace_original: false });
}

async function err(client, command) {
  const room = command.channel_id;
  await reply('chat.postMessage', client.chat.postMessage({ channel: 'C0NOWHERE', text: 'Hello?' }));
  await reply('chat.postMessage', client.chat.postMessage({ channel: room, text: 'x', blocks: SCENE.broken }));
  await reply('chat.update', client.chat.update({ channel: room, ts: '1.000001', text: 'x' }));
  await reply('conversations.create', client.conversations.create({ name: 'checkout-down' }));
  await reply('conversations.create', client.conversations.create({ name: 'Not A Name!' }));
  await reply('views.open', client.views.open({ trigger_id: '1.2.3', view: SCENE.told }));
  await reply('reactions.add', client.reactions.add({ channel: room, timestamp: '1.000001', name: 'eyes' }));
  await reply('users.info', client.users.info({ user: 'U0NOBODY' }));
  await reply('bookmarks.list', client.bookmarks.list({ channel_id: room }));
}

async function close(client, command) {
  const room = command.channel_id;
  const said = await reply('chat.postMessage', client.chat.postMessage({ channel: room, text: 'A slip of the tongue' }));
  await reply('chat.delete', client.chat.delete({ channel: room, ts: said.ts }));
  await reply('conversations.archive', client.conversations.archive({ channel: room }));
  await reply('chat.postMessage', client.chat.postMessage({ channel: room, text: 'Anybody?' }));
}

const WORDS = { open: openRoom, card: anotherCard, upload, read, err, close };

app.action('take', async ({ ack, body, client }) => {
  await ack();
  const [channel, ts, user] = [body.channel.id, body.message.ts, body.user.id];
  const change = { text: `Taken by <@${user}>`, blocks: SCENE.taken };
  await reply('chat.update', client.chat.update({ channel, ts, ...change }));
  await reply('reactions.add', client.reactions.add({ channel, timestamp: ts, name: 'eyes' }));
  await reply('pins.add', client.pins.add({ channel, timestamp: ts }));
  await reply('chat.postMessage', client.chat.postMessage({ channel, thread_ts: ts, text: 'On it.' }));
  const broadcast = { thread_ts: ts, reply_broadcast: true, text: 'Found it.' };
  await reply('chat.postMessage', client.chat.postMessage({ channel, ...broadcast }));
  const whisper = { user, text: 'Only you', blocks: SCENE.whisper };
  await reply('chat.postEphemeral', client.chat.postEphemeral({ channel, ...whisper }));
  keep({ done: 'take' });
});

app.action('dismiss', async ({ ack, respond }) => {
  await ack();
  await respond({ delete_original: true });
  keep({ done: 'dismiss' });
});

app.action(/^(more|due|who)$/, async ({ ack, action }) => {
  await ack();
  keep({ done: action.action_id });
});

app.action('describe', async ({ ack, body, client }) => {
  await ack();
  await reply('views.open', client.views.open({ trigger_id: body.trigger_id, view: SCENE.form }));
  keep({ done: 'describe' });
});

app.options(/^(city|cities)$/, async ({ ack, payload }) => {
  const wanted = payload.value.toLowerCase();
  await ack({ options: SCENE.cities.filter((city) => city.text.text.toLowerCase().startsWith(wanted)) });
});

app.action('explain', async ({ ack, body, client }) => {
  await ack();
  await reply('views.push', client.views.push({ trigger_id: body.trigger_id, view: SCENE.explanation }));
  keep({ done: 'explain' });
});

app.view({ callback_id: /^(describe|explanation)$/, type: 'view_closed' }, async ({ ack, view }) => {
  await ack();
  keep({ done: `${view.callback_id} closed` });
});

app.view('describe', async ({ ack, view }) => {
  if (view.state.values.title.text.value === 'boom') {
    await ack({ response_action: 'errors', errors: { title: 'Say more than that.' } });
  } else {
    await ack({ response_action: 'update', view: SCENE.saved });
  }
  keep({ done: 'described' });
});

app.action('tell', async ({ ack, body, client }) => {
  await ack();
  const { id, hash } = body.view;
  const change = { view_id: id, hash, view: SCENE.told };
  await reply('views.update', client.views.update(change));
  await reply('views.update', client.views.update(change));
  keep({ done: 'tell' });
});

app.shortcut({ callback_id: 'begin', type: 'shortcut' }, async ({ ack, shortcut, client }) => {
  await ack();
  await reply('views.open', client.views.open({ trigger_id: shortcut.trigger_id, view: SCENE.explanation }));
  keep({ done: 'begin' });
});

app.shortcut({ callback_id: 'note', type: 'message_action' }, async ({ ack, shortcut, respond }) => {
  await ack();
  const text = `Noted: ${shortcut.message.text}`;
  await respond({ text, response_type: 'in_channel', replace_original: false });
  keep({ done: 'note' });
});

app.event('app_home_opened', async ({ event, client }) => {
  await reply('views.publish', client.views.publish({ user_id: event.user, view: SCENE.home }));
  keep({ done: 'home' });
});

app.action('refresh', async ({ ack, body, client }) => {
  await ack();
  await reply('views.publish', client.views.publish({ user_id: body.user.id, view: SCENE.refreshed }));
  keep({ done: 'refresh' });
});

app.event('app_mention', async ({ event, say }) => {
  await say({ text: 'At your service.', thread_ts: event.ts });
  keep({ done: 'mention' });
});

app.event(/.*/, async () => {}); // everything else is acknowledged and kept by the middleware

async function main() {
  if (receiver) {
    const server = await app.start({ host: '127.0.0.1', port: 0 });
    keep({ ready: 'http', port: server.address().port });
  } else {
    await app.start();
    keep({ ready: 'socket' });
  }
  for await (const _ of process.stdin);
  await app.stop();
  process.exit(0);
}

main();

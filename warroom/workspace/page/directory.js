/** Who and what this window knows: the team, its people, apps and conversations, and which person is looking. */

export const directory = { me: null, team: null, people: new Map(), apps: new Map(), channels: new Map(), groups: new Map(), here: null };

/** Takes the answer of /local/people. */
export function learnPeople({ team, people, apps, groups = [] }) {
  directory.team = team;
  directory.people = new Map(people.map((person) => [person.id, person]));
  directory.apps = new Map(apps.map((app) => [app.app_id, app]));
  directory.groups = new Map(groups.map((group) => [group.id, group]));
}

/** Takes the answer of /local/channels. */
export function learnChannels(channels) {
  directory.channels = new Map(channels.map((channel) => [channel.id, channel]));
}

export function personOf(id) {
  return directory.people.get(id) ?? null;
}

export function nameOf(id) {
  const person = personOf(id);
  if (person) return person.real_name || person.name || id;
  return appOfBot(id)?.name ?? id;
}

/** The app whose bot user this is, or null for a person. */
export function appOfBot(userId) {
  for (const app of directory.apps.values()) if (app.bot_user_id === userId) return app;
  return null;
}

/** The people one can be: neither bots nor gone. */
export function players() {
  return [...directory.people.values()].filter((person) => !person.is_bot && !person.deleted && !appOfBot(person.id));
}

export function channelOf(id) {
  return directory.channels.get(id) ?? null;
}

/** How a conversation is called in lists: a channel's bare name, or the names of the others in a direct message. */
export function titleOf(channel) {
  if (channel.is_im) return nameOf(channel.user ?? otherMembers(channel)[0] ?? "");
  if (channel.is_mpim) return otherMembers(channel).map(nameOf).join(", ");
  return channel.name;
}

/** The same with the sign that tells a channel from a person. */
export function signedTitle(channel) {
  return channel.is_im || channel.is_mpim ? titleOf(channel) : `#${channel.name}`;
}

function otherMembers(channel) {
  return (channel.members ?? []).filter((id) => id !== directory.me?.id);
}

/** The app at the other end of a direct message, or null. */
export function appOfChannel(channel) {
  return channel?.is_im ? appOfBot(channel.user) : null;
}

/** Everybody who can be mentioned or chosen: people, and the apps' bot users. */
export function mentionable() {
  const seen = new Map(players().map((person) => [person.id, person]));
  for (const person of directory.people.values()) if (!person.deleted) seen.set(person.id, person);
  for (const app of directory.apps.values()) {
    if (app.bot_user_id && !seen.has(app.bot_user_id)) seen.set(app.bot_user_id, { id: app.bot_user_id, name: app.name, real_name: app.name, is_bot: true });
  }
  return [...seen.values()];
}

/** What the document says of the whole API, in Markdown. */
export const API_DESCRIPTION = `The admin API of Sluice: everything that its dashboard and its provisioning file can do.

**Authentication.** Scripts send an access token: \`Authorization: Bearer at-sluice-...\`. A token has scopes (\`read\`, \`write\`, or one area such as
\`users:write\`), an end, and can be revoked; it can do at most what its owner can. The dashboard uses a session cookie; with it a call that
changes something needs an \`Origin\` of this gateway. API keys (\`sk-sluice-...\`) open \`/v1\` and nothing here. Each operation names the
permission that it needs; \`me\` is what every user may do.

**Errors** are \`application/problem+json\`: a stable \`code\`, its parameters, the request id, and for \`validation_failed\` every wrong field with
its path and a code of its own. Texts may change, codes do not.

**Lists** answer \`items\`, \`nextCursor\` (null on the last page) and \`total\`. Give \`nextCursor\` as \`cursor\`, with the same filters, for the next page;
the order is stable. \`limit\` is 50 unless told, 200 at most.

**Versions.** What can be changed has a \`version\`. A change names the version that it was made from; when somebody else was faster, the answer
is 409 \`version_conflict\` with what is there now in \`current\`, and nothing has changed.

**Idempotency.** A POST that writes takes an \`Idempotency-Key\` of 1 to 255 printable characters. The same key with the same input within 24
hours answers what the first call answered and changes nothing more.

**Rates.** Calls are counted per caller and minute; \`ratelimit-remaining\` tells how many are left. One too many is 429 \`api_rate_exceeded\` with
\`Retry-After\`.

**Units.** Money is a decimal string in USD, instants are ISO 8601 with a zone, durations say their unit in their name (\`...Ms\`).`;

/** What the operations of a noun are about, in the order of the document. */
export const TAGS: Readonly<Record<string, string>> = {
  viewer: "Who is signed in and what they may do.",
  overview: "The numbers of today.",
  setup: "The first steps of a new gateway.",
  channels: "Upstream accounts: where they are, what they serve, how much they take.",
  audit: "What was changed, when, by whom and by which way.",
  provisioning: "The whole configuration as one file.",
  replicas: "The running processes.",
  usage: "Spend, requests and tokens over time.",
  accessTokens: "What opens this API for scripts. A secret is shown once.",
  users: "Whom limits are for and who owns keys.",
  keys: "What opens `/v1`. A secret is shown once.",
  userGroups: "Users who share limits, each with a counter of their own.",
  modelGroups: "Models that limits aim at; a model belongs to one group at most.",
  requests: "The request log, with attempts and cost math.",
  me: "What every user may read and do: one's own limits, requests and keys.",
  prices: "What models cost: the packaged catalogue and overrides.",
  models: "What is known of a model for estimates.",
  limits: "How much a user, user group or key may use, by model group, unit and window.",
  rates: "Requests per minute and period.",
  boosts: "Dated additions to limits of users.",
  denials: "Requests that were refused.",
  quotas: "Limits of many users with their counters.",
  explain: "Why a request passed or was refused, or whether one would pass.",
  settings: "Settings of the whole gateway.",
};

/** What the API has told of so far, so that later calls meet rows that exist. */
export type KnownThings = {
  /** Takes what a reply of an operation tells: ids, versions, cursors. `path` is the path that was called. */
  learn(call: { operation: string; template: string; path: string }, reply: unknown): void;
  /** A value that means something under that property name in a call; undefined: none is known. */
  find(call: { operation: string; path: string }, name: string): unknown;
  /** A path of that template under which something was read; undefined: none is known. */
  findPath(template: string): string | undefined;
};

/** The members of an object in a reply that the fuzzer looks at. */
type Told = {
  readonly id?: unknown;
  readonly version?: unknown;
  readonly nextCursor?: unknown;
  readonly models?: readonly unknown[];
};

/** Nouns of operations by the property that names one of them. */
const NOUN_OF: Readonly<Record<string, string>> = {
  ...{ userId: "users", userIds: "users", users: "users", actorUserId: "users" },
  ...{ keyId: "keys", channelId: "channels", channel: "channels", ids: "channels" },
  ...{ modelGroupId: "modelGroups", target: "modelGroups", modelGroups: "modelGroups", fromId: "modelGroups" },
  ...{ userGroupId: "userGroups", userGroups: "userGroups" },
};
/** Texts that mean something under a name, where the schema cannot say what it takes. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  amount: ["5", "1", "100", "0.01", "2000000"],
  ipAllow: ["10.0.0.0/8", "2001:db8::/32"],
  ipDeny: ["192.0.2.1"],
  credential: ["sk-upstream-0123456789"],
  baseUrl: ["https://api.example.com/v1", "http://127.0.0.1:9"],
  to: ["2099-01-02T00:00:00Z", "2099-02-02T00:00:00Z", "2099-03-02T00:00:00Z"],
  from: ["2026-01-01T00:00:00Z"],
  expiresAt: ["2099-01-02T00:00:00Z"],
  timeZone: ["Asia/Kathmandu", "UTC"],
};
/** How many ids of a noun are kept. */
const MAX_IDS = 200;

/** Nothing known yet. Ids in `untouchable` are never given out: who runs the calls must not lose its own row. */
export function createKnownThings(
  untouchable: ReadonlySet<number>,
  pickIndex: (length: number) => number,
): KnownThings {
  const ids = new Map<string, number[]>();
  const logged = new Map<string, string[]>();
  const versions = new Map<string, unknown>();
  /** What fits together in the input of one operation, by name. */
  const parts = new Map<string, Readonly<Record<string, unknown>>>();
  const paths = new Map<string, string[]>();
  const cursors = new Map<string, string>();
  const oneOf = <Item>(items: readonly Item[] | undefined) =>
    items === undefined || items.length === 0 ? undefined : items[pickIndex(items.length)];

  const learnId = (noun: string, id: number) => {
    const known = ids.get(noun) ?? [];
    if (!untouchable.has(id) && !known.includes(id)) ids.set(noun, [...known.slice(-MAX_IDS), id]);
  };
  const learnObject = (noun: string, value: Told) => {
    const { id, version, nextCursor } = value;
    if (typeof id === "number") learnId(noun, id);
    if (typeof id === "string") logged.set(noun, [...(logged.get(noun) ?? []).slice(-MAX_IDS), id]);
    if (noun === "modelGroups" && typeof value.models?.[0] === "string")
      parts.set("modelGroups.moveModels", { from: id, models: value.models[0] });
    if (version !== undefined && typeof id === "number") versions.set(`${noun}/${id}`, version);
    if (typeof nextCursor === "string") cursors.set(noun, nextCursor);
  };
  const learnAll = (noun: string, value: unknown) => {
    if (Array.isArray(value)) for (const item of value) learnAll(noun, item);
    else if (typeof value === "object" && value !== null) {
      learnObject(noun, value as Told);
      for (const [name, inner] of Object.entries(value)) learnAll(NESTED[name] ?? noun, inner);
    }
  };
  return {
    learn({ operation, template, path }, reply) {
      learnAll(nounOf(operation), reply);
      const { version, kind, id, target, values } = (reply ?? {}) as Record<string, unknown>;
      if (version !== undefined) versions.set(path, version);
      if (operation === "limits.get") parts.set("limits.bulk", { changes: { kind, id, target, version, values } });
      if (template.includes("{")) paths.set(template, [...(paths.get(template) ?? []).slice(-MAX_IDS), path]);
    },
    findPath: (template) => oneOf(paths.get(template)),
    find({ operation, path }, name) {
      const noun = nounOf(operation);
      const idOf = () => oneOf(logged.get(noun)) ?? oneOf(ids.get(ofPath(path) ?? noun));
      const versionOf = () => versions.get(path) ?? versions.get(`${noun}/${path.split("/").find(isNumber)}`);
      const special: Readonly<Record<string, () => unknown>> = {
        requestId: () => oneOf(logged.get("requests")),
        id: idOf,
        cursor: () => cursors.get(noun),
        version: versionOf,
      };
      const named = () => oneOf(ids.get(NOUN_OF[name] ?? "")) ?? oneOf(MEANT[name]);
      return parts.get(operation)?.[name] ?? (special[name] ?? named)();
    },
  };
}

const isNumber = (text: string) => /^\d+$/.test(text);

/** Objects of another noun inside a reply. */
const NESTED: Readonly<Record<string, string>> = { key: "keys", user: "users", accessToken: "accessTokens" };

/** `me.keys.list` -> `keys`, `users.limits` -> `users`. */
function nounOf(operation: string): string {
  const parts = operation.split(".");
  return (parts[0] === "me" ? parts[1] : parts[0]) ?? "";
}

/** Limits and rates are of the kind that their path names. */
function ofPath(path: string): string | undefined {
  const [, , kind] = path.split("/");
  return { user: "users", user_group: "userGroups", key: "keys" }[kind ?? ""];
}

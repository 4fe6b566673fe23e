import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialContext } from "@/core/channels/credential-context";
import type { AppError } from "@/core/errors";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";
import type { Channel } from "./channel";
import { readCredential } from "./read-channel";

let operations: TestOperations;
let admin: Actor;
let made = 0;
const [A, B, C] = ["sk-a-0123456789", "sk-b-0123456789", "sk-c-0123456789"] as const;

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "root");
});
afterAll(() => operations.database.drop());

async function create(given: Pick<OperationTypes["channels.create"]["input"], "credential" | "credentials">) {
  const fields = { protocols: ["openai-chat"], baseUrl: "https://api.example.com", models: ["m"] };
  const input = { ...fields, name: `channel ${++made}`, ...given };
  return (await operations.run("channels.create", input, admin)).output as Channel;
}
async function update(channel: Channel, patch: object) {
  const input = { id: channel.id, version: channel.version, ...patch };
  return (await operations.run("channels.update", input, admin)).output as Channel;
}
const faultsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );
/** The stored list of a channel, opened: `1 a`, `2 b off`. */
async function stored({ id: channelId }: Channel) {
  const { channels, secrets } = operations.ports;
  return (await channels.credentials(channelId)).map(({ id, enabled, sealed }) => {
    const plain = secrets.open(sealed, credentialContext(channelId, id));
    return `${id} ${plain?.slice(3, 4)}${enabled ? "" : " off"}`;
  });
}
const pair = () => create({ credentials: [{ value: A }, { value: B, enabled: false }] });

describe("the credentials of a channel", () => {
  test("are a list, the first of them is the one that forms and files know", async () => {
    const channel = await pair();
    expect(channel.credentials).toMatchObject([
      { id: 1, enabled: true, opens: true, lastFour: "6789" },
      { id: 2, enabled: false, opens: true },
    ]);
    expect(channel.credential).toMatchObject({ setAt: channel.credentials[0]?.setAt, opens: true, lastFour: "6789" });
    expect(await stored(channel)).toEqual(["1 a", "2 b off"]);
    expect(await stored(await create({ credential: C }))).toEqual(["1 c"]);
  });

  test("open for their own channel and place alone, and what was sealed for the channel before opens still", async () => {
    const channel = await pair();
    const { channels, secrets } = operations.ports;
    const [first, second] = await channels.credentials(channel.id);
    const opens = (sealed = "", channelId = channel.id, id = 1) =>
      secrets.open(sealed, credentialContext(channelId, id));
    expect([opens(first?.sealed), opens(second?.sealed, channel.id, 2)]).toEqual([A, B]);
    expect([opens(second?.sealed), opens(first?.sealed, channel.id, 2)]).toEqual([null, null]);
    expect(opens(first?.sealed, channel.id + 1)).toBeNull();
    await operations.database.sql`update channel_credentials set sealed = ${secrets.seal(C, `channel:${channel.id}`)}
      where channel_id = ${channel.id} and id = 1`;
    expect(await stored(channel)).toEqual(["1 c", "2 b off"]);
  });

  test("change one by one: the first by `credential`, any by its id, new ones without", async () => {
    const channel = await pair();
    const replaced = await update(channel, { credential: C });
    expect(await stored(replaced)).toEqual(["1 c", "2 b off"]);
    const turned = await update(replaced, { credentials: [{ id: 2 }, { id: 1, enabled: false }, { value: A }] });
    expect(await stored(turned)).toEqual(["2 b", "1 c off", "3 a"]);
    expect(turned.credential?.setAt).toBe(turned.credentials[0]?.setAt);
    expect(await stored(await update(turned, { credentials: [{ id: 3, value: B }] }))).toEqual(["3 b"]);
  });

  test("the same list again, without ids as a file has it, writes nothing", async () => {
    const channel = await pair();
    const again = await update(channel, { credentials: [{ value: A }, { value: B, enabled: false }] });
    expect(again).toEqual(channel);
    expect((await update(channel, { credential: A })).version).toBe(channel.version);
  });

  test("the first enabled one is what the channel is tested with", async () => {
    const channel = await create({ credentials: [{ value: A, enabled: false }, { value: B }] });
    const row = await operations.ports.channels.find(channel.id);
    expect(row === null ? null : await readCredential(row, operations.ports)).toBe(B);
  });

  test("all have to be given again when the host changes (C1)", async () => {
    const channel = await pair();
    const baseUrl = "https://elsewhere.example.com";
    const faults = (patch: object) => faultsOf(update(channel, { baseUrl, ...patch }));
    expect(await faults({})).toEqual(["credential: credential_reentry_required"]);
    expect(await faults({ credential: C })).toEqual(["credentials: credential_reentry_required"]);
    expect(await faults({ credentials: [{ id: 1, value: C }, { id: 2 }] })).toEqual([
      "credentials[1].value: credential_reentry_required",
    ]);
    const moved = await update(channel, { baseUrl, credentials: [{ id: 2, value: B }] });
    expect(await stored(moved)).toEqual(["2 b"]);
  });

  test.each<[string, object, string[]]>([
    ["an id that the channel does not have", { credentials: [{ id: 7, value: A }] }, ["credentials[0].id: not_found"]],
    ["an id twice", { credentials: [{ id: 1 }, { id: 1 }] }, ["credentials[1].id: duplicate"]],
    ["a new one without a value", { credentials: [{ id: 1 }, {}] }, ["credentials[1].value: credential_required"]],
    ["both fields at once", { credential: C, credentials: [{ id: 1 }] }, ["credential: duplicate"]],
    ["none", { credentials: [] }, ["credentials: credential_required"]],
    [
      "eleven, with a fault behind it",
      { credentials: Array(11).fill({ value: A }), weight: -1 },
      ["weight: weight_out_of_range", "credentials: credentials_too_many"],
    ],
  ])("%s is refused at its field", async (_, patch, faults) => {
    expect((await faultsOf(update(await pair(), patch))).sort()).toEqual([...faults].sort());
  });

  test("never appear in the audit log", async () => {
    await update(await pair(), { credentials: [{ id: 2, value: C }] });
    expect(JSON.stringify(await operations.audit())).not.toMatch(/sk-[abc]-/);
  });
});

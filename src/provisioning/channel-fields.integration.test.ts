import { buildOperations, type TestOperations } from "@test/build-operations";
import {
  CHANNEL_FAULTS,
  CHANNEL_NUMBERS,
  type Fields,
  faultsOfNumber,
  SOUND_CHANNEL,
  TWO_FAULTS,
  triedNumbers,
} from "@test/channel-faults";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppError } from "@/core/errors";
import type { Actor } from "@/operations/operation";
import { applyConfig } from "./apply-config";

let operations: TestOperations;
let admin: Actor;
let made = 0;

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "root");
  await operations.run("channels.create", { ...SOUND_CHANNEL, name: "taken" }, admin);
});
afterAll(() => operations.database.drop());

const faultsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: AppError) => error.fields.map(({ path, code }) => `${path}: ${code}`),
  );

/** Faults of a new channel by the operation. */
const byOperation = (patch: Fields) => {
  const name = `c${++made}`;
  return faultsOf(operations.run("channels.create", { ...SOUND_CHANNEL, name, ...patch }, admin));
};
/** Faults of the same channel in a provisioning file, without the path of the entry. */
const byFile = async (patch: Fields) => {
  const secrets = { readEnv: () => undefined, readFile: () => undefined };
  const text = JSON.stringify({ channels: [{ ...SOUND_CHANNEL, name: `c${++made}`, ...patch }] });
  const work = applyConfig(text, { transact: operations.transact, clock: operations.clock, secrets });
  return (await faultsOf(work)).map((fault) => fault.replace(/^channels\[0\]\./, ""));
};

describe("every code of a channel's fields, by operation and by file (test 22)", () => {
  test.each(CHANNEL_FAULTS)("%s at %s", async (code, path, patch) => {
    expect(await byOperation(patch)).toEqual([`${path}: ${code}`]);
    expect(await byFile(patch)).toEqual([`${path}: ${code}`]);
  });

  test("a new channel without a credential is refused by the operation; the file makes it, and it waits for one", async () => {
    expect(await byOperation({ credential: null })).toEqual(["credential: credential_required"]);
    expect(await byFile({ credential: null })).toEqual([]);
  });

  test("user_group_unknown: the operation names groups by id, the file by name", async () => {
    expect(await byOperation({ userGroups: [999_999] })).toEqual(["userGroups[0]: user_group_unknown"]);
    expect(await byFile({ userGroups: ["nobody"] })).toEqual(["userGroups[0]: user_group_unknown"]);
  });

  test("name_taken and credential_reentry_required, which need a channel that is there", async () => {
    expect(await byOperation({ name: "TAKEN" })).toEqual(["name: name_taken"]);
    const move = { name: "taken", baseUrl: "https://elsewhere.example.com", credential: undefined };
    expect(await byFile(move)).toEqual(["credential: credential_reentry_required"]);
  });

  test("two faults give two field errors, in the schema and behind it", async () => {
    expect((await byOperation(TWO_FAULTS.patch)).sort()).toEqual(TWO_FAULTS.told);
    expect((await byFile(TWO_FAULTS.patch)).sort()).toEqual(TWO_FAULTS.told);
    const behind = { operations: ["message"], provider: "nobody" };
    const faults = ["operations[0]: operation_not_applicable", "provider: provider_unknown"];
    expect(await byOperation(behind)).toEqual(faults);
    expect(await byFile(behind)).toEqual(faults);
  });
});

describe("the bounds of every number", () => {
  test.each(CHANNEL_NUMBERS)("$path is $min..$max", async (number) => {
    for (const value of triedNumbers(number)) {
      const expected = [value, faultsOfNumber(number, value)];
      expect([value, await byOperation(number.patch(value))]).toEqual(expected);
      expect([value, await byFile(number.patch(value))]).toEqual(expected);
    }
  });
});

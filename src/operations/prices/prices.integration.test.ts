import { buildOperations, type TestOperations } from "@test/build-operations";
import { buildPriceRow } from "@test/build-usage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PackagedCatalogue } from "@/core/prices/import-report";
import { ensurePartitions } from "@/stores/postgres/partitions";
import { createCatalogue } from "@/stores/price-seed/create-catalogue";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";

type Name = keyof OperationTypes;
let operations: TestOperations;
let admin: Actor & { userId: number };
let packaged: PackagedCatalogue;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
const stored = () => operations.ports.prices.list({ source: "catalogue" });

beforeAll(async () => {
  packaged = createCatalogue();
  operations = await buildOperations({
    packaged: {
      get rows() {
        return packaged.rows;
      },
      get report() {
        return packaged.report;
      },
    },
  });
  await ensurePartitions(operations.database, operations.clock.now());
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("prices.import", () => {
  test("stores the whole package and reports on it; a second import adds nothing", async () => {
    const { report, rows } = packaged;
    const first = await call("prices.import", {});
    expect(first).toMatchObject({ providers: 43, models: 1694, rows: rows.length, added: rows.length });
    expect(first.changedModels).toBe(1694 - report.unpriced.length);
    expect(first.rounded).toContainEqual({
      ...{ provider: "huggingface_together", model: "Qwen/Qwen3-VL-8B-Instruct" },
      ...{ key: "input_mtok", value: "0.18000000000000002" },
    });
    expect(first.rounded.filter(({ value }) => value === "0.08333333333333334")).toHaveLength(6);
    expect(first.unknownKeys.map(({ key }) => key)).toContain("output_reasoning_mtok");
    expect(first.unpriced).toEqual(report.unpriced);
    expect(await stored()).toHaveLength(rows.length);
    const audited = async () => (await operations.audit()).filter(({ operation }) => operation === "prices.import");
    expect(await audited()).toMatchObject([{ target: "prices:catalogue", after: { added: rows.length } }]);
    operations.clock.advance(1000);
    expect(await call("prices.import", {})).toEqual({ ...first, added: 0, changedModels: 0 });
    expect(await stored()).toHaveLength(rows.length);
    expect(await audited()).toHaveLength(1);
  });

  test("a changed price adds one row from the time of the import and leaves the old one", async () => {
    const before = await stored();
    const components = { input_text: 7n, output_text: 9n };
    const isChanged = ({ provider, model }: { provider: string | null; model: string }) =>
      provider === "openai" && model === "gpt-4o-mini";
    packaged = { ...packaged, rows: packaged.rows.map((row) => (isChanged(row) ? { ...row, components } : row)) };
    operations.clock.advance(1000);
    expect(await call("prices.import", {})).toMatchObject({ added: 1, changedModels: 1 });
    const after = await stored();
    expect(after.filter(({ id }) => before.some((row) => row.id === id))).toEqual(before);
    expect(after.filter(({ id }) => !before.some((row) => row.id === id))).toMatchObject([
      { model: "gpt-4o-mini", effectiveFrom: operations.clock.now(), components, source: "catalogue" },
    ]);
    expect(await call("prices.import", {})).toMatchObject({ added: 0 });
  });

  test("two at once store every row once", async () => {
    packaged = {
      ...packaged,
      rows: [...packaged.rows, buildPriceRow({ model: "new", provider: "openai", source: "catalogue" })],
    };
    const added = await Promise.all([call("prices.import", {}), call("prices.import", {})]);
    expect(added.map((done) => done.added).sort()).toEqual([0, 1]);
  });
});

describe("prices.missing", () => {
  const create = (name: string, given: { weight?: number; models?: { name: string; upstream?: string }[] } = {}) =>
    call("channels.create", {
      ...{
        name,
        protocols: ["openai-chat"],
        baseUrl: "https://api.example.com",
        credential: "sk-0123456789",
        weight: 1,
      },
      models: [{ name: "gpt-4o" }, { name: "own", upstream: "gpt-4o" }, { name: "other-*" }],
      ...given,
    });

  test("names what open channels serve without a price, by the name that is billed", async () => {
    const [one, two] = [await create("one"), await create("two")];
    await create("resting", { weight: 0, models: [{ name: "rested" }] });
    const { id, version } = await create("closed", { models: [{ name: "shut" }] });
    await call("channels.update", { id, version, enabled: false });
    const channels = [one, two].map((channel) => ({ id: channel.id, name: channel.name }));
    const missing = await call("prices.missing", {});
    expect(missing).toMatchObject({ items: [{ model: "own", channels }], policy: "block" });
    await call("settings.update", { billingModel: "upstream", unpricedModels: "free" });
    expect(await call("prices.missing", {})).toMatchObject({ items: [], policy: "free" });
  });
});

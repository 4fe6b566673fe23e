import { buildOperations, type TestOperations } from "@test/build-operations";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppError, isAppError } from "@/core/errors";
import { normaliseModel } from "@/core/quota/limit";
import type { Actor } from "../operation";
import type { OperationTypes } from "../registry";
import { CreateSingleInput } from "./schema";

type Name = keyof OperationTypes;
let operations: TestOperations;
let admin: Actor & { userId: number };
let count = 0;
const fresh = (what: string) => `${what}-${++count}`;

async function call<N extends Name>(name: N, input: OperationTypes[N]["input"]) {
  return (await operations.run(name, input, admin)).output as OperationTypes[N]["output"];
}
const create = (models: string[] = [], name = fresh("group")) => call("modelGroups.create", { name, models });
const modelsOf = async (id: number) => (await call("modelGroups.get", { id })).models;
async function refusalOf(work: Promise<unknown>): Promise<AppError> {
  const result = await work.catch((error: unknown) => error);
  if (!isAppError(result)) throw new Error("nothing was refused");
  return result;
}
const fieldsOf = async (work: Promise<unknown>) =>
  (await refusalOf(work)).fields.map(({ path, code }) => `${path}: ${code}`);

beforeAll(async () => {
  operations = await buildOperations();
  admin = await operations.signUp("admin", "admin");
});
afterAll(() => operations.database.drop());

describe("a model group", () => {
  test("stores names of models as requests are compared with them", async () => {
    const group = await create([" GPT-4o ", "Cafe\u0301-1"], "  Frontier Ä 1 ");
    expect(group).toMatchObject({
      ...{ name: "Frontier Ä 1", slug: "frontier-a-1", isSingleModel: false, version: 1, managedBy: null },
      models: ["café-1", "gpt-4o"],
    });
    for (const name of [" GPT-4o ", "Cafe\u0301-1", "ΑΣ", "İ"]) {
      expect(CreateSingleInput.parse({ model: name }).model).toBe(normaliseModel(name));
    }
    expect((await call("modelGroups.list", { q: "CAFÉ" })).items.map(({ id }) => id)).toEqual([group.id]);
    expect((await call("modelGroups.list", { q: "frontier" })).items).toEqual([group]);
  });

  test("has a name of its own whatever the case, and a slug of its own", async () => {
    const first = await create([], "Claude 4");
    expect(await fieldsOf(create([], "CLAUDE 4"))).toEqual(["name: name_taken"]);
    const second = await create([], "claude/4");
    expect([first.slug, second.slug]).toEqual(["claude-4", "claude-4-2"]);
    const renamed = await call("modelGroups.update", { id: second.id, version: 1, name: "Claude--4" });
    expect(renamed.slug).toBe("claude-4-2");
    expect((await call("modelGroups.update", { id: second.id, version: 2, name: "Other" })).slug).toBe("other");
  });

  test("gets a slug of its own in a race of names that look alike", async () => {
    const groups = await Promise.all(["Race 1", "race.1", "RACE/1", "race_1"].map((name) => create([], name)));
    expect(new Set(groups.map(({ slug }) => slug)).size).toBe(4);
  });

  test.each([
    ["a space", "a b"],
    ["an asterisk", "gpt-*"],
    ["nothing", "  "],
    ["a control character", "a\u0007"],
  ])("takes no model name with %s", async (_, model) => {
    expect(await fieldsOf(create(["ok", model]))).toEqual(["models[1]: model_name_invalid"]);
    expect(await fieldsOf(call("modelGroups.createSingle", { model }))).toEqual(["model: model_name_invalid"]);
  });

  test("takes a model once, whatever its case", async () => {
    expect(await fieldsOf(create(["twice", "TWICE"]))).toEqual(["models: model_duplicate"]);
  });

  test("is replaced list by list, with one version", async () => {
    const { id } = await create(["u1", "u2"]);
    const after = await call("modelGroups.update", { id, version: 1, models: ["u3", "u2"] });
    expect(after.models).toEqual(["u2", "u3"]);
    const stale = call("modelGroups.update", { id, version: 1, models: [] });
    expect((await refusalOf(stale)).code).toBe("version_conflict");
    const same = await call("modelGroups.update", { id, version: after.version, models: ["u3", "u2"] });
    expect(same).toEqual(after);
  });

  test("that someone put a model into meanwhile is not overwritten from a stale page", async () => {
    const { id } = await create(["s1"]);
    await call("modelGroups.addModels", { id, models: ["s2"] });
    const stale = call("modelGroups.update", { id, version: 1, models: ["s1"] });
    expect((await refusalOf(stale)).code).toBe("version_conflict");
  });
});

describe("a model of another group", () => {
  test("is refused by name of that group, and nothing is changed", async () => {
    const [claude, gpt] = [await create(["opus"], "The Claudes"), await create(["gpt"])];
    const params = { model: "opus", modelGroupId: claude.id, modelGroup: "The Claudes" };
    const tries = [
      [() => call("modelGroups.create", { name: "New", models: ["new", "OPUS"] }), "models[1]"],
      [() => call("modelGroups.addModels", { id: gpt.id, models: ["gpt", "opus", "new"] }), "models[1]"],
      [() => call("modelGroups.update", { id: gpt.id, version: 1, models: ["new", "gpt", "opus"] }), "models[2]"],
      [() => call("modelGroups.createSingle", { model: "opus" }), "model"],
    ] as const;
    for (const [work, path] of tries) {
      expect(await refusalOf(work())).toMatchObject({
        ...{ code: "model_in_other_group", status: 409, params },
        fields: [{ path, code: "model_in_other_group", params }],
      });
    }
    expect([await modelsOf(claude.id), await modelsOf(gpt.id)]).toEqual([["opus"], ["gpt"]]);
    expect((await call("modelGroups.list", { q: "New" })).items).toEqual([]);
  });

  test("goes to one of two admins, and the other learns to which group", async () => {
    const [one, two] = [await create(), await create()];
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) =>
        call("modelGroups.addModels", { id: i % 2 === 0 ? one.id : two.id, models: ["contested", `own-${i % 2}`] }),
      ),
    );
    const lost = results.flatMap((result) => (result.status === "rejected" ? [result.reason as AppError] : []));
    expect(lost).toHaveLength(3);
    const winner = (await modelsOf(one.id)).includes("contested") ? one : two;
    for (const { code, params } of lost) {
      expect([code, params.modelGroupId]).toEqual(["model_in_other_group", winner.id]);
    }
    expect(await modelsOf(winner.id === one.id ? two.id : one.id)).toEqual([]);
  });

  test("makes nobody wait for ever when several change the same groups at once", async () => {
    const [one, two] = [await create(["d1"]), await create(["d2"])];
    const works = Array.from({ length: 4 }, (_, i) => [
      call("modelGroups.update", { id: one.id, version: 1, models: ["d1", `d-${i}`] }),
      call("modelGroups.addModels", { id: two.id, models: ["d3", `d-${i}`] }),
      call("modelGroups.removeModels", { id: one.id, models: ["d1"] }),
      call("modelGroups.moveModels", { id: one.id, from: two.id, models: ["d2"] }),
    ]);
    const results = await Promise.allSettled(works.flat());
    const codes = results.map((result) => (result.status === "rejected" ? (result.reason as AppError).code : "ok"));
    expect(codes).toContain("ok");
    expect(codes.filter((code) => !["ok", "version_conflict", "model_in_other_group"].includes(code))).toEqual([]);
  });

  test("is moved, with the version of both groups", async () => {
    const [from, to] = [await create(["m1", "m2", "m3"]), await create(["m4"])];
    const moved = await call("modelGroups.moveModels", { id: to.id, from: from.id, models: ["M1", "m2"] });
    expect(moved).toMatchObject({ models: ["m1", "m2", "m4"], version: 2 });
    expect(await call("modelGroups.get", { id: from.id })).toMatchObject({ models: ["m3"], version: 2 });
    const third = await create(["m5"], "A third");
    const late = await refusalOf(call("modelGroups.moveModels", { id: to.id, from: from.id, models: ["m3", "m5"] }));
    expect(late).toMatchObject({ code: "model_in_other_group", params: { modelGroupId: third.id } });
    expect(await modelsOf(from.id)).toEqual(["m3"]);
    expect(await fieldsOf(call("modelGroups.moveModels", { id: to.id, from: to.id, models: ["m4"] }))).toEqual([
      "from: invalid",
    ]);
  });

  test("is free again when it was removed", async () => {
    const [one, two] = [await create(["freed", "kept"]), await create()];
    expect((await call("modelGroups.removeModels", { id: one.id, models: ["freed", "never"] })).models).toEqual([
      "kept",
    ]);
    expect((await call("modelGroups.addModels", { id: two.id, models: ["freed"] })).models).toEqual(["freed"]);
  });
});

describe("a group of one model", () => {
  test("bears the model's name and is a single one until it holds more", async () => {
    const group = await call("modelGroups.createSingle", { model: "Solo-1" });
    expect(group).toMatchObject({ name: "solo-1", slug: "solo-1", isSingleModel: true, models: ["solo-1"] });
    const grown = await call("modelGroups.addModels", { id: group.id, models: ["solo-2"] });
    expect(grown.isSingleModel).toBe(false);
  });

  test("is not made when a group bears that name", async () => {
    await create([], "solo-3");
    expect(await fieldsOf(call("modelGroups.createSingle", { model: "solo-3" }))).toEqual(["model: name_taken"]);
  });

  test("is made once in a race", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 4 }, () => call("modelGroups.createSingle", { model: "raced" })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await call("modelGroups.list", { q: "raced" })).items).toHaveLength(1);
  });
});

describe("deleting", () => {
  const rowsOf = async (id: number) => {
    const [row] = await operations.database.sql`
      select (select count(*) from limits where model_group_id = ${id}) + (select count(*) from boosts where model_group_id = ${id})
        + (select count(*) from usage_restarts where model_group_id = ${id})
        + (select count(*) from model_group_models where model_group_id = ${id}) as left_over`;
    return Number(row?.left_over);
  };

  test("a model group ends its limits and boosts, and leaves no row", async () => {
    const { id } = await create(["doomed"]);
    const { userId } = admin;
    await operations.database.sql`insert into limits (subject_type, user_id, model_group_id, unit, "window", state)
      values ('user', ${userId}, ${id}, 'usd', 'daily', 'block'), ('user', ${userId}, ${id}, 'usd', '5h', 'block')`;
    await operations.database.sql`
      insert into boosts (user_id, model_group_id, unit, "window", amount, valid_from, valid_to, ended_at, created_by) values
        (${userId}, ${id}, 'usd', 'daily', 1, now(), now() + interval '1 day', null, 'root'),
        (${userId}, ${id}, 'usd', 'daily', 1, now(), now() + interval '1 day', now(), 'root'),
        (${userId}, ${id}, 'usd', 'daily', 1, now() - interval '2 days', now() - interval '1 day', null, 'root')`;
    await operations.database.sql`insert into usage_restarts (subject_type, user_id, model_group_id, unit, by)
      values ('user', ${userId}, ${id}, 'usd', 'root')`;
    expect(await rowsOf(id)).toBe(7);
    expect(await call("modelGroups.delete", { id })).toEqual({ id, limits: 2, boosts: 1, users: 0 });
    expect(await rowsOf(id)).toBe(0);
    expect((await call("modelGroups.createSingle", { model: "doomed" })).models).toEqual(["doomed"]);
  });

  test.each<[Name, object]>([
    ["modelGroups.get", {}],
    ["modelGroups.update", { version: 1, name: "x" }],
    ["modelGroups.delete", {}],
    ["modelGroups.addModels", { models: ["nowhere"] }],
    ["modelGroups.removeModels", { models: ["nowhere"] }],
    ["modelGroups.moveModels", { from: 1, models: ["nowhere"] }],
  ])("%s of a group that is none is not found", async (name, input) => {
    const refused = await refusalOf(operations.run(name, { id: 999_999, ...input }, admin));
    expect([refused.code, refused.status]).toEqual(["not_found", 404]);
  });
});

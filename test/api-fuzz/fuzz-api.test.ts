import { describe, expect, test } from "vitest";
import { seededRandom } from "../seeded-random";
import { type FuzzTarget, fuzzApi } from "./fuzz-api";
import type { FuzzDocument } from "./json-schema";

// The fuzzer finds what it is there to find.

const THING = {
  type: "object",
  properties: { id: { type: "integer" } },
  required: ["id"],
  additionalProperties: false,
};
const PROBLEM = { type: "object", properties: { code: { type: "string" } }, required: ["code"] };
const json = (schema: object) => ({ description: "", content: { "application/json": { schema } } });
const DOCUMENT: FuzzDocument & { servers: readonly unknown[] } = {
  servers: [{ url: "/api/v1" }],
  paths: {
    "/things/{id}": {
      get: {
        operationId: "things.get",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } }],
        responses: {
          200: json({ $ref: "#/components/schemas/Thing" }),
          404: { description: "", content: { "application/problem+json": { schema: PROBLEM } } },
        },
      },
    },
  },
  components: { schemas: { Thing: THING } },
};

/** What the fuzzer says of a service that answers everything like this. */
async function findingsFor(answer: () => Response | Promise<Response>) {
  const target: FuzzTarget = {
    document: DOCUMENT,
    send: async () => answer(),
    origin: "http://localhost:3000",
    headers: {},
    random: seededRandom(1),
    untouchable: new Set(),
  };
  return (await fuzzApi(target, 20)).findings;
}

const reply = (status: number, body: unknown, type = "application/json") =>
  new Response(JSON.stringify(body), { status, headers: { "x-sluice-request-id": "req_1", "content-type": type } });

describe("the fuzzer", () => {
  test("is content with replies as documented", async () => {
    expect(await findingsFor(() => reply(200, { id: 1 }))).toEqual([]);
    expect(await findingsFor(() => reply(404, { code: "not_found" }, "application/problem+json"))).toEqual([]);
  });

  const faults: [string, () => Response, string][] = [
    ["a fault", () => reply(500, { code: "internal_error" }), "status 500"],
    ["a status that is not documented", () => reply(409, { code: "x" }), "undocumented status 409"],
    ["a reply of another shape", () => reply(200, { id: "1" }), "does not fit"],
    ["a member that the schema does not have", () => reply(200, { id: 1, secret: "x" }), "does not fit"],
    ["a type that is not documented", () => reply(404, { code: "x" }, "text/html"), "undocumented type text/html"],
    ["a refusal for now that tells no time", () => reply(429, { code: "x" }), "no time to try again"],
    ["a reply without a request id", () => Response.json({ id: 1 }), "no request id"],
  ];
  test.each(faults)("tells %s", async (_, answer, told) => {
    const findings = await findingsFor(answer);
    expect(findings).not.toEqual([]);
    expect(findings.join()).toContain(told);
  });

  test("does not swallow what the service throws", async () => {
    await expect(findingsFor(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  });
});

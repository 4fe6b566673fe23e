import { describe, expect, test } from "vitest";
import { ROUTES } from "@/protocols/routes";
import { findRoute } from "./find-route";

const find = (method: string, path: string, headers: Record<string, string> = {}) =>
  findRoute({ method, path, headers });
const codeOf = (method: string, path: string, headers?: Record<string, string>) => {
  try {
    find(method, path, headers);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("findRoute", () => {
  test.each(ROUTES.map((route) => [route.method, route.path, route] as const))("finds %s %s", (method, path, route) => {
    const called = path.replace("{model}", "acme/model:1").replace("{id}", "resp_1");
    expect(find(method, called)).toMatchObject({
      kind: "route",
      route,
      names: {
        model: path.includes("{model}") ? "acme/model:1" : null,
        responseId: path.includes("{id}") ? "resp_1" : null,
      },
    });
  });

  test("a model's name may hold slashes and colons", () => {
    const names = { model: "acme/model:1" };
    expect(find("GET", "/v1/models/acme%2Fmodel:1")).toMatchObject({ names });
    expect(find("GET", "/v1/models/acme/model:1")).toMatchObject({ names });
    expect(find("POST", "/v1beta/models/acme/model:1:generateContent")).toMatchObject({ names });
    expect(find("POST", "/v1beta/models/models%2Facme/model:1:countTokens")).toMatchObject({ names });
    expect(find("POST", "/models/acme/model:1:embedContent")).toMatchObject({ names });
    expect(codeOf("POST", "/v1beta/models/models/models/acme:generateContent")).toBe("endpoint_not_supported");
  });

  test("HEAD stands for GET, without a body", () => {
    expect(find("HEAD", "/v1/models")).toMatchObject({ kind: "route", withoutBody: true });
    expect(codeOf("HEAD", "/v1/messages")).toBe("method_not_allowed");
  });

  test("OPTIONS needs no key and names the methods", () => {
    expect(find("OPTIONS", "/v1/messages")).toEqual({
      kind: "empty",
      status: 204,
      headers: { allow: "POST, OPTIONS" },
    });
  });

  test("a path of several methods names them all", () => {
    expect(find("OPTIONS", "/v1/responses/resp_1")).toMatchObject({ headers: { allow: "GET, HEAD, DELETE, OPTIONS" } });
    expect(codeOf("PUT", "/v1/responses/resp_1")).toBe("method_not_allowed");
  });

  test("a WebSocket upgrade is refused", () => {
    expect(codeOf("GET", "/v1/messages", { upgrade: "websocket" })).toBe("websocket_not_supported");
  });

  test.each(["PUT", "DELETE", "PATCH"])("%s is no method of a route", (method) => {
    expect(codeOf(method, "/v1/messages")).toBe("method_not_allowed");
  });

  test.each([
    "/v1beta/models/x:predict",
    "/v1/models/x:batchGenerateContent",
    "/v1/batches",
    "/v1",
    "/",
    "/v1/chat",
    "/v1/chat/completions/x",
    "/v1/modelsx",
  ])("%s is no endpoint", (path) => expect(codeOf("POST", path)).toBe("endpoint_not_supported"));
});

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
    expect(find(method, path.replace("/*", "/acme/model:1"))).toMatchObject({ kind: "route", route });
  });

  test("a model's name may hold slashes and colons", () => {
    expect(find("GET", "/v1/models/acme%2Fmodel:1")).toMatchObject({ model: "acme/model:1" });
    expect(find("GET", "/v1/models/acme/model:1")).toMatchObject({ model: "acme/model:1" });
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

  test("a WebSocket upgrade is refused", () => {
    expect(codeOf("GET", "/v1/messages", { upgrade: "websocket" })).toBe("websocket_not_supported");
  });

  test.each(["PUT", "DELETE", "PATCH"])("%s is no method of a route", (method) => {
    expect(codeOf(method, "/v1/messages")).toBe("method_not_allowed");
  });

  test.each(["/v1/embeddings", "/v1/batches", "/v1", "/", "/v1/chat", "/v1/chat/completions/x", "/v1/modelsx"])(
    "%s is no endpoint",
    (path) => expect(codeOf("POST", path)).toBe("endpoint_not_supported"),
  );
});

import { expect, test } from "vitest";
import { routeOwner } from "./route-owner";

const CASES = [
  ["GET", "/healthz", "gateway", false, "probe"],
  ["GET", "/metrics", "console", false, "probe"],
  ["POST", "/v1/messages", "all", true, "gateway"],
  ["POST", "/v1/messages", "console", true, "none"],
  ["POST", "/chat/completions", "all", true, "gateway"],
  ["HEAD", "/", "all", false, "gateway"],
  ["GET", "/", "all", false, "console"],
  ["GET", "/admin", "console", false, "console"],
  ["GET", "/api/v1/viewer", "all", false, "console"],
  ["GET", "/admin", "gateway", false, "gateway"],
] as const;

test.each(CASES)("%s %s in role %s is answered by its owner", (...[method, path, role, isGatewayPath, owner]) => {
  expect(routeOwner({ method, path, role, isGatewayPath })).toBe(owner);
});

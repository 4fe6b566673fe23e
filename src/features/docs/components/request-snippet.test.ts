import { expect, test } from "vitest";
import { fillPath, requestSnippet } from "./request-snippet";

const CALL = {
  method: "POST",
  url: "https://llm.example.com/api/v1/users",
  body: { name: "o'neil", role: null, isActive: true, tags: [], limits: [{ amount: "5.00" }] },
  needsToken: true,
};

test("curl gets a body that the shell leaves as it is", () => {
  expect(requestSnippet("curl", CALL)).toBe(`curl -X POST https://llm.example.com/api/v1/users \\
  -H "Authorization: Bearer $SLUICE_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{
  "name": "o'\\''neil",
  "role": null,
  "isActive": true,
  "tags": [],
  "limits": [
    {
      "amount": "5.00"
    }
  ]
}'`);
});

test("an address with a query is quoted for the shell", () => {
  const call = {
    method: "GET",
    url: "https://llm.example.com/api/v1/users?limit=5&q=a",
    body: undefined,
    needsToken: false,
  };
  expect(requestSnippet("curl", call)).toBe("curl 'https://llm.example.com/api/v1/users?limit=5&q=a'");
  expect(requestSnippet("typescript", call)).toContain(
    'await fetch("https://llm.example.com/api/v1/users?limit=5&q=a");',
  );
});

test("TypeScript takes the token from the environment", () => {
  const text = requestSnippet("typescript", CALL);
  expect(text).toContain("Authorization: `Bearer $" + "{process.env.SLUICE_TOKEN}`");
  expect(text).toContain('method: "POST"');
});

test("Python gets its own words for null and true", () => {
  expect(requestSnippet("python", CALL)).toBe(`import os
import requests

reply = requests.post(
    "https://llm.example.com/api/v1/users",
    headers={"Authorization": f"Bearer {os.environ['SLUICE_TOKEN']}"},
    json={
        "name": "o'neil",
        "role": None,
        "isActive": True,
        "tags": [],
        "limits": [
            {
                "amount": "5.00",
            },
        ],
    },
)
print(reply.status_code, reply.json())`);
});

test("a path is filled with escaped values, and empty ones stay out of the query", () => {
  const parameters = [
    { name: "id", in: "path" as const },
    { name: "q", in: "query" as const },
    { name: "limit", in: "query" as const },
  ];
  const path = "/api/v1/users/{id}";
  expect(fillPath({ path, parameters }, { id: "a/b", q: "x y", limit: "" })).toBe("/api/v1/users/a%2Fb?q=x+y");
  expect(fillPath({ path, parameters }, {})).toBe(path);
});

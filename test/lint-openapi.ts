import { createConfig, lintFromString } from "@redocly/openapi-core";
import { OPERATIONS } from "@/operations/registry";
import { openApiDocument } from "@/rest/openapi-document";

// Every recommended rule, none as a warning. Nothing is fetched: the document refers to itself alone.
const config = await createConfig({ extends: ["recommended-strict"] });
const source = JSON.stringify(openApiDocument({ operations: OPERATIONS, examples: {}, version: "0.0.0" }), null, 2);
const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
for (const { ruleId, message, location } of problems) {
  process.stdout.write(`${location.map(({ pointer }) => pointer).join(", ")}\n  ${message} (${ruleId})\n`);
}
process.exitCode = problems.length === 0 ? 0 : 1;

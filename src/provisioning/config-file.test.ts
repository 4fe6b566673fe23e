import { expect, test } from "vitest";
import { z } from "zod";
import { configFile, SECRET_FIELDS, SECRET_LISTS } from "./config-file";

type Listed = { items: { properties: Record<string, object> } };
const SECRET = { type: ["string", "null"], description: "A literal, env:NAME or file:PATH." };

/** The schema as editors use it: secrets may be references, so their own rules do not hold there. */
function editorSchema(): object {
  const schema = z.toJSONSchema(configFile, { io: "input", target: "draft-2020-12" });
  const lists = schema.properties as unknown as Record<(typeof SECRET_FIELDS)[number][0], Listed>;
  for (const [list, field] of SECRET_FIELDS) {
    lists[list].items.properties[field] = SECRET;
  }
  for (const [list, inner, field] of SECRET_LISTS) {
    const { anyOf } = lists[list].items.properties[inner] as { anyOf: Listed[] };
    for (const { items } of anyOf) if (items !== undefined) items.properties[field] = SECRET;
  }
  return { title: "Sluice provisioning file", ...schema };
}

/** JSON with short lists on one line, as the formatter keeps it. */
function print(schema: object): string {
  const text = JSON.stringify(schema, null, 2);
  const inOneLine = (list: string) => `[${list.split(/\n\s*/).join(" ").trim()}]`;
  return `${text.replaceAll(/\[((?:\s*"[^"\n]*",?)+)\s*\]/g, (_, list: string) => inOneLine(list))}\n`;
}

test("the JSON Schema for editors is that of the file", async () => {
  // `vitest run -u` writes it anew.
  await expect(print(editorSchema())).toMatchFileSnapshot("../../public/sluice-config.schema.json");
});

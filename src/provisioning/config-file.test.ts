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

const LINE_WIDTH = 120;

/** JSON with lists on one line that fit there, as the formatter keeps it. */
function print(schema: object): string {
  const text = JSON.stringify(schema, null, 2);
  const fitted = (whole: string, list: string, at: number) => {
    const line = `[${list.split(/\n\s*/).join(" ").trim()}]`;
    return at - text.lastIndexOf("\n", at) - 1 + line.length > LINE_WIDTH ? whole : line;
  };
  return `${text.replaceAll(/\[((?:\s*"[^"\n]*",?)+)\s*\]/g, fitted)}\n`;
}

test("the JSON Schema for editors is that of the file", async () => {
  // `vitest run -u` writes it anew.
  await expect(print(editorSchema())).toMatchFileSnapshot("../../public/sluice-config.schema.json");
});

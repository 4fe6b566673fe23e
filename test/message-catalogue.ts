import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../messages/");

type Tree = { readonly [key: string]: string | Tree };

/** The locales that have a folder of messages. */
export function messageLocales(): readonly string[] {
  return readdirSync(ROOT).sort();
}

/** The message files of a locale by name, without `.json`. */
export function messageFiles(locale: string): readonly string[] {
  return readdirSync(ROOT + locale)
    .map((file) => file.replace(/\.json$/, ""))
    .sort();
}

/** A locale's messages as the app gets them. */
export function messageTree(locale: string): Tree {
  return Object.fromEntries(
    messageFiles(locale).map((file) => [file, JSON.parse(readFileSync(`${ROOT}${locale}/${file}.json`, "utf8"))]),
  );
}

function flatten(tree: Tree, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}

/** A locale's messages by full key: `keys.create.title`. */
export function messageCatalogue(locale: string): ReadonlyMap<string, string> {
  return new Map(flatten(messageTree(locale), ""));
}

import { type Document, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { AppError, type FieldError, isAppError } from "@/core/errors";
import { fieldErrorsOf } from "@/operations/field-errors";
import { type ConfigFile, configFile, NOT_SUPPORTED, SECRET_FIELDS, SECRET_LISTS } from "./config-file";
import { duplicates } from "./duplicates";

/** Reads what `env:NAME` and `file:PATH` in the file mean; undefined: there is none. */
export type SecretSource = {
  readEnv(name: string): string | undefined;
  readFile(path: string): string | undefined;
};

type Plain = Record<string, unknown>;

/** Behind the first faults of a syntax most are their echo. */
const MAX_SYNTAX_FAULTS = 20;

/**
 * Reads a provisioning file, YAML or JSON, with its secrets resolved. Throws validation_failed with every problem and its path at once;
 * no problem tells a value.
 */
export function parseConfig(text: string, secrets: SecretSource): ConfigFile {
  const plain = readYaml(text);
  const faults: FieldError[] = [];
  const prepared = withoutUnsupportedNulls(withSecrets(plain, secrets, faults));
  const parsed = configFile.safeParse(prepared, { reportInput: true });
  if (!parsed.success) faults.push(...fieldErrorsOf(parsed.error.issues).map(named));
  else faults.push(...duplicates(parsed.data));
  if (faults.length > 0) throw new AppError("validation_failed", {}, { fields: onePerPath(faults) });
  if (!parsed.success) throw new AppError("internal_error");
  return parsed.data;
}

/** `host:port` of every channel in a file: the operator's own list for the address policy. Empty for a file that cannot be read. */
export function channelHosts(text: string): readonly string[] {
  const { channels } = parseDocument(text).toJS() ?? {};
  if (!Array.isArray(channels)) return [];
  return channels.flatMap((channel: { baseUrl?: unknown } | null) => {
    const given = channel?.baseUrl;
    if (typeof given !== "string" || !URL.canParse(given)) return [];
    const url = new URL(given);
    const port = url.port === "" ? defaultPort(url.href) : url.port;
    return [`${url.hostname.replace(/^\[|\]$/g, "")}:${port}`];
  });
}

function defaultPort(href: string): string {
  return href.startsWith("https:") ? "443" : "80";
}

function readYaml(text: string): Plain {
  const value = toPlain(text) ?? {};
  if (isPlain(value)) return value;
  throw new AppError("validation_failed", {}, { fields: [{ path: "", code: "invalid" }] });
}

/** What the text says. An alias of nothing, too many of them and a nesting that no stack holds are refused like any other fault. */
function toPlain(text: string): unknown {
  try {
    // The library looks for a key among all earlier ones of its map, which a map of many keys makes too slow: we look ourselves.
    const lineCounter = new LineCounter();
    const document = parseDocument(text, {
      ...{ version: "1.2", schema: "core", uniqueKeys: false, strict: true },
      lineCounter,
    });
    const faults = [...document.errors.map(({ pos }) => pos[0]), ...repeatedKeys(document)];
    const places = faults.map((offset) => placeOf(lineCounter.linePos(offset)));
    const fields = [...new Set(places)].slice(0, MAX_SYNTAX_FAULTS).map((path) => ({ path, code: "invalid" }));
    if (fields.length > 0) throw new AppError("validation_failed", {}, { fields });
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (isAppError(error)) throw error;
    throw new AppError("validation_failed", {}, { cause: error, fields: [{ path: "", code: "invalid" }] });
  }
}

const placeOf = ({ line, col }: { readonly line: number; readonly col: number }) =>
  line === 0 ? "" : `line ${line}, column ${col}`;

/** Where keys stand that their map has already. */
function repeatedKeys(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        known.add(key.value);
      }
    },
  });
  return offsets;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The entries of a list of the file or of an entry; what is no list or no object is left to the schema. */
function mapEntries(file: Plain, list: string, map: (entry: Plain, index: number) => Plain): Plain {
  const entries = file[list];
  if (!Array.isArray(entries)) return file;
  return { ...file, [list]: entries.map((entry: unknown, index) => (isPlain(entry) ? map(entry, index) : entry)) };
}

function withSecrets(file: Plain, secrets: SecretSource, faults: FieldError[]): Plain {
  const replace = (entry: Plain, path: string, field: string): Plain => {
    const given = entry[field];
    if (typeof given !== "string") return entry;
    const plain = resolve(given, secrets);
    if (plain === null) faults.push({ path: `${path}.${field}`, code: "secret_reference_invalid" });
    return { ...entry, [field]: plain };
  };
  const direct = SECRET_FIELDS.reduce<Plain>(
    (resolved, [list, field]) => mapEntries(resolved, list, (entry, at) => replace(entry, `${list}[${at}]`, field)),
    file,
  );
  return SECRET_LISTS.reduce<Plain>(
    (resolved, [list, inner, field]) =>
      mapEntries(resolved, list, (entry, at) =>
        mapEntries(entry, inner, (one, index) => replace(one, `${list}[${at}].${inner}[${index}]`, field)),
      ),
    direct,
  );
}

/** A literal stays; of a reference the text without the line end that editors add. Null when there is nothing behind it. */
function resolve(given: string, secrets: SecretSource): string | null {
  const [, kind, target = ""] = /^(env|file):(.+)$/s.exec(given) ?? [];
  if (kind === undefined) return given;
  const found = kind === "env" ? secrets.readEnv(target) : secrets.readFile(target);
  const plain = found?.replace(/\r?\n$/, "") ?? "";
  return plain === "" ? null : plain;
}

function withoutUnsupportedNulls(file: Plain): Plain {
  const top = dropNulls(file, "");
  const settings = isPlain(top.settings) ? { settings: dropNulls(top.settings, "settings.") } : {};
  return ["userGroups", "users", "keys"].reduce<Plain>(
    (cleaned, list) => mapEntries(cleaned, list, (entry) => dropNulls(entry, `${list}[].`)),
    { ...top, ...settings },
  );
}

function dropNulls(entry: Plain, prefix: string): Plain {
  const isUnset = (name: string, value: unknown) =>
    NOT_SUPPORTED.has(prefix + name) && (value === null || (Array.isArray(value) && value.length === 0));
  return Object.fromEntries(Object.entries(entry).filter(([name, value]) => !isUnset(name, value)));
}

/** A field that a later release has is told apart from one that nobody knows. */
function named(fault: FieldError): FieldError {
  const general = fault.path.replaceAll(/\[\d+\]/g, "[]");
  return fault.code === "unknown_field" && NOT_SUPPORTED.has(general) ? { ...fault, code: "not_supported" } : fault;
}

/** A missing secret would be told twice, as reference and as field. */
function onePerPath(faults: readonly FieldError[]): FieldError[] {
  const byPath = new Map<string, FieldError>();
  for (const fault of faults) if (!byPath.has(fault.path)) byPath.set(fault.path, fault);
  return [...byPath.values()];
}

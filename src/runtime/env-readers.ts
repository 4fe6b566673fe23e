/** What readers of single variables share: where values come from and where problems go. */
export type EnvReader = {
  /** The value, trimmed; null when unset or empty. Reads `<NAME>_FILE` for URLs and secrets. */
  text(name: string): string | null;
  url(name: string, schemes: readonly string[]): string | null;
  /** URLs separated by commas; those that are none are noted. */
  urls(name: string, schemes: readonly string[]): readonly string[];
  list(name: string): readonly string[];
  flag(name: string): boolean | null;
  choice<T extends string, F extends T | null>(name: string, choices: readonly T[], fallback: F): T | F;
  /** A whole number within bounds. */
  integer(name: string, fallback: number, bounds: { min: number; max: number }): number;
  /** Bytes: `1048576`, `512 KiB`, `32 MiB`, `1 GiB`. */
  bytes(name: string, fallback: number, bounds: { min: number; max: number }): number;
  /** Notes a problem: one line with the variable and the remedy. */
  problem(line: string): void;
};

type Source = {
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Reads a file named by a `_FILE` variable; throws when it cannot. */
  readFile(path: string): string;
  /** Names that may be given as `<NAME>_FILE`. */
  readonly fileNames: ReadonlySet<string>;
};

const UNITS: Readonly<Record<string, number>> = { "": 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** Readers over one environment; every problem is added to `problems`, so that all of them are told at once. */
export function createEnvReader(source: Source, problems: string[]): EnvReader {
  const problem = (line: string) => void problems.push(line);
  const text = (name: string) => readText(source, name, problem);
  const number = (
    name: string,
    fallback: number,
    rule: { pattern: RegExp; min: number; max: number; example: string },
  ) => {
    const value = text(name);
    if (value === null) return fallback;
    const match = rule.pattern.exec(value);
    const amount = match === null ? Number.NaN : Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] ?? 1);
    if (Number.isSafeInteger(amount) && amount >= rule.min && amount <= rule.max) return amount;
    problem(`${name} must be ${rule.example} from ${rule.min} to ${rule.max}`);
    return fallback;
  };
  const list = (name: string) => (text(name) ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  const urlOf = (name: string, value: string, schemes: readonly string[]) => {
    if (URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1))) return value;
    problem(`${name} must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(" or ")}`);
    return null;
  };
  return {
    text,
    problem,
    url(name, schemes) {
      const value = text(name);
      return value === null ? null : urlOf(name, value, schemes);
    },
    urls: (name, schemes) => list(name).flatMap((value) => urlOf(name, value, schemes) ?? []),
    list,
    flag(name) {
      const value = text(name)?.toLowerCase() ?? null;
      if (value === null || value === "true" || value === "false") return value === null ? null : value === "true";
      problem(`${name} must be true or false`);
      return null;
    },
    choice(name, choices, fallback) {
      const value = text(name);
      const found = choices.find((choice) => choice === value);
      if (found === undefined && value !== null) problem(`${name} must be one of ${choices.join(", ")}`);
      return found ?? fallback;
    },
    integer: (name, fallback, bounds) =>
      number(name, fallback, { ...bounds, pattern: /^(\d{1,15})()$/, example: "a whole number" }),
    bytes: (name, fallback, bounds) =>
      number(name, fallback, {
        ...bounds,
        pattern: /^(\d{1,15})\s*([kmg]ib)?$/i,
        example: "bytes (as 1048576 or 32 MiB)",
      }),
  };
}

function readText(source: Source, name: string, problem: (line: string) => void): string | null {
  const value = source.values[name]?.trim();
  const file = source.fileNames.has(name) ? source.values[`${name}_FILE`]?.trim() : undefined;
  const hasValue = value !== undefined && value !== "";
  if (file === undefined || file === "") return hasValue ? value : null;
  if (hasValue) {
    problem(`${name} and ${name}_FILE are both set: keep one of them`);
    return value;
  }
  try {
    return source.readFile(file).trim() || null;
  } catch {
    problem(`${name}_FILE names a file that cannot be read: ${file}`);
    return null;
  }
}

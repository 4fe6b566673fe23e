/** One piece of a message: text, an argument, or a tag around further pieces. */
export type MessagePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tag"; readonly name: string; readonly parts: readonly MessagePart[] }
  | {
      readonly kind: "argument";
      readonly name: string;
      readonly format: "plain" | "number" | "date" | "time" | "plural" | "selectordinal" | "select";
      /** Of plural and select: the parts by case. */
      readonly cases: Readonly<Record<string, readonly MessagePart[]>>;
    };

const FORMATS = ["number", "date", "time", "plural", "selectordinal", "select"] as const;

/**
 * Reads the part of ICU MessageFormat that the message files use: arguments, `number`, `date`, `time`, plural, select, tags.
 * Quoting with apostrophes is refused, so that a message means what it looks like. Throws on anything else.
 */
export function parseMessage(message: string): readonly MessagePart[] {
  let at = 0;
  const fail = (why: string): never => {
    throw new SyntaxError(`${why} at ${at} in: ${message}`);
  };
  const take = (pattern: RegExp): string => {
    const match = new RegExp(pattern.source, "y");
    match.lastIndex = at;
    const text = match.exec(message)?.[0] ?? "";
    at += text.length;
    return text;
  };
  const expect = (text: string) => {
    if (!message.startsWith(text, at)) fail(`expected ${text}`);
    at += text.length;
  };

  const cases = (): Record<string, readonly MessagePart[]> => {
    const found: Record<string, readonly MessagePart[]> = {};
    for (take(/\s*/); message[at] !== "}"; take(/\s*/)) {
      const name = take(/=\d+|[a-z]\w*/i) || fail("expected a case");
      take(/\s*/);
      expect("{");
      found[name] = parts("}");
      expect("}");
    }
    return found;
  };
  const argument = (): MessagePart => {
    expect("{");
    const name = take(/\w+/) || fail("expected the name of an argument");
    if (message[at] === "}") {
      at += 1;
      return { kind: "argument", name, format: "plain", cases: {} };
    }
    take(/,\s*/) || fail("expected , or }");
    const word = take(/[a-z]+/);
    const format = FORMATS.find((known) => known === word) ?? fail("unknown format");
    if (["plural", "select", "selectordinal"].includes(format)) {
      take(/,\s*/) || fail("expected ,");
      const found = cases();
      expect("}");
      return { kind: "argument", name, format, cases: found };
    }
    take(/,[^{}]*/);
    expect("}");
    return { kind: "argument", name, format, cases: {} };
  };
  const tag = (): MessagePart => {
    expect("<");
    const name = take(/[a-z]\w*/i) || fail("expected the name of a tag");
    expect(">");
    const inner = parts("</");
    expect(`</${name}>`);
    return { kind: "tag", name, parts: inner };
  };
  const text = (): MessagePart => {
    if (/^'['{}<>#]/.test(message.slice(at))) fail("quoting is not used");
    return { kind: "text", text: take(/[^{}<'][^{}<']*|'/) || fail("unexpected character") };
  };
  const next = (): MessagePart => {
    if (message[at] === "{") return argument();
    return message[at] === "<" ? tag() : text();
  };
  const parts = (end: string | null): readonly MessagePart[] => {
    const found: MessagePart[] = [];
    while (at < message.length && (end === null || !message.startsWith(end, at))) found.push(next());
    return found;
  };

  const all = parts(null);
  return at === message.length ? all : fail("unexpected end");
}

/** Every part of a message, those inside tags and cases too. */
export function allParts(parts: readonly MessagePart[]): readonly MessagePart[] {
  return parts.flatMap((part) => {
    if (part.kind === "tag") return [part, ...allParts(part.parts)];
    if (part.kind === "argument") return [part, ...Object.values(part.cases).flatMap(allParts)];
    return [part];
  });
}

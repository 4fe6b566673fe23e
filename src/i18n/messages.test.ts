import { messageCatalogue, messageFiles, messageLocales } from "@test/message-catalogue";
import { allParts, type MessagePart, parseMessage } from "@test/parse-message";
import { describe, expect, test } from "vitest";
import { ERRORS } from "@/core/errors";
import {
  DENIAL_REASONS,
  ENFORCEMENTS,
  LIMIT_SUBJECTS,
  LIMIT_WINDOWS,
  LOCALES,
  REQUEST_OUTCOMES,
} from "@/core/vocabulary";
import { FIELD_ERROR_CODES } from "@/operations/field-error-codes";
import { EQUAL_TO_ENGLISH } from "./equal-to-english";
import { NAMESPACES } from "./namespaces";
import { routing } from "./routing";

const english = messageCatalogue("en");
const catalogues = new Map(LOCALES.map((locale) => [locale, messageCatalogue(locale)]));
const translations = LOCALES.filter((locale) => locale !== "en");
const catalogue = (locale: (typeof LOCALES)[number]) => catalogues.get(locale) ?? new Map<string, string>();
const sentences = (locale: (typeof LOCALES)[number]) => [...catalogue(locale)];

type Argument = Extract<MessagePart, { kind: "argument" }>;
const argumentsOf = (message: string): readonly Argument[] =>
  allParts(parseMessage(message)).filter((part) => part.kind === "argument");
const unique = (names: readonly string[]) => [...new Set(names)].sort();

/** Argument and tag names; an argument in a plural may be left out where the sentence says it in words. */
function interfaceOf(message: string): readonly string[] {
  return unique(
    allParts(parseMessage(message)).flatMap((part) => {
      if (part.kind === "tag") return [`<${part.name}>`];
      return part.kind === "argument" ? [`{${part.name}}`] : [];
    }),
  );
}

const textOf = (message: string) =>
  allParts(parseMessage(message))
    .map((part) => (part.kind === "text" ? part.text : ""))
    .join("");

test("the router, the vocabulary and the folders know the same locales", () => {
  expect([...routing.locales]).toEqual([...LOCALES]);
  expect(messageLocales()).toEqual([...LOCALES].sort());
});

test("every message file is loaded", () => {
  expect(messageFiles("en")).toEqual([...NAMESPACES].sort());
});

describe.each(LOCALES)("%s", (locale) => {
  test("has the keys of the English catalogue, none of them empty", () => {
    expect([...catalogue(locale).keys()].sort()).toEqual([...english.keys()].sort());
    expect(sentences(locale).filter(([, message]) => message.trim() === "")).toEqual([]);
  });

  test("says each error without parameters: a page knows the code, and a list of codes has nothing else", () => {
    const errors = sentences(locale).filter(([key]) => key.startsWith("errors."));
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.filter(([, message]) => interfaceOf(message).length > 0)).toEqual([]);
  });

  test("has only messages that can be read", () => {
    for (const [key, message] of sentences(locale)) expect(() => parseMessage(message), key).not.toThrow();
  });

  test("gives every plural exactly the categories of the language", () => {
    const wanted = (ordinal: boolean) =>
      new Intl.PluralRules(locale, { type: ordinal ? "ordinal" : "cardinal" }).resolvedOptions().pluralCategories;
    for (const [key, message] of sentences(locale)) {
      for (const { format, cases } of argumentsOf(message)) {
        if (format !== "plural" && format !== "selectordinal") continue;
        const given = Object.keys(cases).filter((name) => !name.startsWith("="));
        expect(unique(given), key).toEqual(unique(wanted(format === "selectordinal")));
      }
    }
  });

  test("puts every numeric argument into a plural or a number", () => {
    const numeric = /^(count|total|number|min|max|amount|days|hours|minutes|seconds|tokens|priced|step)$/;
    const bare = sentences(locale).filter(([, message]) =>
      argumentsOf(message).some(({ name, format }) => format === "plain" && numeric.test(name)),
    );
    expect(bare).toEqual([]);
  });
});

describe.each(translations)("%s", (locale) => {
  test("has the arguments and tags of the English messages", () => {
    for (const [key, message] of sentences(locale)) {
      expect(interfaceOf(message), key).toEqual(interfaceOf(english.get(key) ?? ""));
    }
  });

  test("formats the arguments that English formats", () => {
    const numeric = (message: string) =>
      unique(
        argumentsOf(message)
          .filter(({ format }) => format === "number" || format === "plural")
          .map(({ name }) => name),
      );
    for (const [key, message] of sentences(locale)) {
      expect(numeric(message), key).toEqual(numeric(english.get(key) ?? ""));
    }
  });

  test("equals the English message only where that is meant", () => {
    const equal = sentences(locale).filter(
      ([key, message]) => message === english.get(key) && /\p{L}/u.test(textOf(message)),
    );
    expect(equal.map(([key]) => key).filter((key) => !EQUAL_TO_ENGLISH.has(key))).toEqual([]);
  });
});

test("nothing is on the list of messages that equal English without need", () => {
  const needless = [...EQUAL_TO_ENGLISH].filter((key) =>
    translations.every((locale) => catalogue(locale).get(key) !== english.get(key)),
  );
  expect(needless).toEqual([]);
});

describe("scripts", () => {
  const translated = (locale: (typeof LOCALES)[number]) =>
    sentences(locale).filter(([key, message]) => !EQUAL_TO_ENGLISH.has(key) && /\p{L}/u.test(textOf(message)));
  const without = (locale: (typeof LOCALES)[number], script: RegExp) =>
    translated(locale).filter(([, message]) => !script.test(textOf(message)));

  test("Russian messages are in Cyrillic", () => {
    expect(without("ru", /\p{Script=Cyrillic}/u)).toEqual([]);
  });

  test("Japanese messages have kana or kanji", () => {
    expect(without("ja", /\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Han}/u)).toEqual([]);
  });

  test.each(["zh-CN", "zh-TW"] as const)("%s messages are in Han characters", (locale) => {
    expect(without(locale, /\p{Script=Han}/u)).toEqual([]);
  });

  /** The Han characters of a national character set: rows are lead bytes, `from`..`to` trail bytes. */
  function characterSet(
    label: string,
    [first, last]: [number, number],
    trails: readonly [number, number][],
  ): Set<string> {
    const decoder = new TextDecoder(label);
    const set = new Set<string>();
    for (let lead = first; lead <= last; lead += 1) {
      for (const [from, to] of trails) {
        for (let trail = from; trail <= to; trail += 1) set.add(decoder.decode(Uint8Array.of(lead, trail)));
      }
    }
    return set;
  }
  const foreign = (locale: (typeof LOCALES)[number], set: Set<string>) =>
    sentences(locale).flatMap(([key, message]) =>
      [...message].filter((char) => /\p{Script=Han}/u.test(char) && !set.has(char)).map((char) => `${key}: ${char}`),
    );

  test("zh-CN has no characters that only traditional Chinese uses", () => {
    expect(foreign("zh-CN", characterSet("gb18030", [0xb0, 0xf7], [[0xa1, 0xfe]]))).toEqual([]);
  });

  test("zh-TW has no characters that only simplified Chinese uses", () => {
    expect(
      foreign(
        "zh-TW",
        characterSet(
          "big5",
          [0xa4, 0xf9],
          [
            [0x40, 0x7e],
            [0xa1, 0xfe],
          ],
        ),
      ),
    ).toEqual([]);
  });
});

describe("every word the server may say has a message", () => {
  test.each(Object.keys(ERRORS))("error code %s", (code) => {
    expect(english.has(`errors.${code}`)).toBe(true);
  });

  test.each(FIELD_ERROR_CODES)("field error code %s", (code) => {
    expect(english.has(`errors.fieldErrors.${code}`)).toBe(true);
  });

  test.each([
    ...DENIAL_REASONS.map((reason) => `why.${reason}`),
    ...ENFORCEMENTS.map((enforcement) => `enforcement.${enforcement}`),
    ...LIMIT_SUBJECTS.map((subject) => `source.${subject}`),
    ...LIMIT_WINDOWS.map((window) => `window.${window}`),
  ])("word of a limit %s", (word) => {
    expect(english.has(`requests.limits.${word}`)).toBe(true);
  });

  test.each(REQUEST_OUTCOMES)("outcome %s", (outcome) => {
    expect(english.has(`requests.outcome.${outcome}`)).toBe(true);
  });
});

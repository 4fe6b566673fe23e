/** A message file: sentences by key, nested. Precompiled sentences are arrays of text and arguments. */
export type MessageTree = { readonly [key: string]: string | readonly unknown[] | MessageTree };

/** Name of the cookie that shows the dashboard in the pseudo-locale en-XA, where that is allowed. */
export const PSEUDO_COOKIE = "sluice-pseudo-locale";

/** The mark of a test run, set on the global object before the product is loaded: no variable, no setting and no request can set it. */
const PSEUDO_MARK = Symbol.for("sluice.pseudo-locale");

/** True in test runs that ask for it. Everywhere else the pseudo-locale does not exist. */
export function isPseudoAllowed(): boolean {
  return PSEUDO_MARK in globalThis;
}

function wrap(message: string | readonly unknown[]): string | readonly unknown[] {
  return typeof message === "string" ? `⟦${message}⟧` : ["⟦", ...message, "⟧"];
}

function isSentence(value: MessageTree[string]): value is string | readonly unknown[] {
  return typeof value === "string" || Array.isArray(value);
}

/**
 * The catalogue of en-XA (dashboard.md section 10, gate 9): every sentence in ⟦⟧, so that text which came past the
 * messages stands out. Takes plain and precompiled messages.
 */
export function pseudoMessages(tree: MessageTree): MessageTree {
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, isSentence(value) ? wrap(value) : pseudoMessages(value)]),
  );
}

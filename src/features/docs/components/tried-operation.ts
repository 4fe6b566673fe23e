import type { Method } from "./read-document";

/** One field of the form: a parameter, with the values it may have when they are few. */
export type TriedParameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly isRequired: boolean;
  readonly example: string;
  readonly choices: readonly string[];
};

/** What trying an operation needs to know of it. */
export type TriedOperation = {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly isOpen: boolean;
  readonly isStream: boolean;
  /** It may change something: the reader is asked first. */
  readonly asksFirst: boolean;
  readonly parameters: readonly TriedParameter[];
  /** Text that the body's editor starts with; null: it has no body. */
  readonly body: string | null;
};

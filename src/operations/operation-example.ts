import type { OperationTypes } from "./registry";

/** A call of an operation that works, and its answer: what the OpenAPI document shows of it. Plain JSON without secrets of anybody. */
export type OperationExample<Name extends keyof OperationTypes> = {
  readonly input: OperationTypes[Name]["input"];
  readonly output: OperationTypes[Name]["output"];
};

/** The examples of some operations, by name; each noun folder has one of these in its `examples.ts`. */
export type ExamplesOf<Names extends keyof OperationTypes> = { readonly [Name in Names]: OperationExample<Name> };

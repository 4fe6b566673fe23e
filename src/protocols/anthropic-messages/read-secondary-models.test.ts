import { readCall } from "@test/build-call";
import { describe, expect, test } from "vitest";
import { anthropicMessages } from "./adapter";

const PATH = "/v1/messages";
const modelsOf = (fields: string) =>
  readCall(anthropicMessages, PATH, `{"model":"m","max_tokens":1,${fields}}`).secondaryModels;

describe("the further models of a Messages body (protocols-and-pricing.md N4)", () => {
  test.each([
    ["none", '"messages":[]', []],
    ["a list without entries", '"fallbacks":[]', []],
    ["null", '"fallbacks":null,"tools":null', []],
    ["fallbacks, in their order", '"fallbacks":[{"model":"b"}, {"max_tokens":5,"model":"a"}]', ["b", "a"]],
    ["a fallback that names none", '"fallbacks":[{"max_tokens":5}]', []],
    ["the last list of two", '"fallbacks":[{"model":"a"}],"fallbacks":[{"model":"b"}]', ["b"]],
    ["a key of the body that is spelled with escapes", '"f\\u0061llbacks":[{"model":"a"}]', ["a"]],
    ["a tool's own", '"tools":[{"type":"advisor_20260301","name":"advisor","model":"a"},{"name":"x"}]', ["a"]],
    ["a value with escapes", '"tools":[{"model":"\\u0061"}]', ["a"]],
    ["both, each once", '"tools":[{"model":"a"}],"fallbacks":[{"model":"a"},{"model":"b"}]', ["a", "b"]],
    ["not one inside a tool's schema", '"tools":[{"name":"x","input_schema":{"properties":{"model":{}}}}]', []],
    ["not one in the text of a tool", '"tools":[{"name":"x","description":"a \\"model\\": b"}]', []],
    ["not one inside a fallback's member", '"fallbacks":[{"metadata":{"model":"a"}}]', []],
  ])("%s", (_, fields, models) => {
    expect(modelsOf(fields)).toEqual(models);
  });

  test.each([
    ["another case in a fallback", '"fallbacks":[{"Model":"a"}]'],
    ["another case in a tool", '"tools":[{"MODEL":"a"}]'],
    ["both cases", '"fallbacks":[{"model":"a","Model":"b"}]'],
    ["escapes in a fallback's key", '"fallbacks":[{"mod\\u0065l":"a"}]'],
    ["escapes in a tool's key", '"tools":[{"\\u006dodel":"a"}]'],
    ["two in one fallback", '"fallbacks":[{"model":"a","model":"b"}]'],
    ["two in one tool", '"tools":[{"model":"a","model":"b"}]'],
    ["a model that is no text", '"fallbacks":[{"model":7}]'],
    ["an empty model", '"tools":[{"model":""}]'],
    ["a text in place of the list", '"fallbacks":"a"'],
    ["one object in place of the list", '"fallbacks":{"model":"a"}'],
    ["texts in place of objects", '"fallbacks":["a"]'],
  ])("may not be read in two ways: %s", (_, fields) => {
    expect(() => modelsOf(fields)).toThrow(expect.objectContaining({ code: "invalid_body" }));
  });

  test("are read of a count too, which runs them as little as it runs the model", () => {
    const call = readCall(anthropicMessages, "/v1/messages/count_tokens", { model: "m", fallbacks: [{ model: "a" }] });
    expect(call.secondaryModels).toEqual(["a"]);
  });
});

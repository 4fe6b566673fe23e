// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, within } from "@testing-library/react";
import { useCallback, useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import { describe, expect, test } from "vitest";
import type { FieldProblem } from "@/components/problem";
import { useServerFields } from "@/components/use-server-fields";
import { PROTOCOL_OPERATIONS } from "@/core/vocabulary";
import { AdvancedFields } from "./advanced-fields";
import { ADVANCED_NAMES, type AdvancedValues, placeOfProblem } from "./advanced-values";
import { type ChannelFormValues, EMPTY_CHANNEL } from "./channel-form-values";

function Screen({ patch, fields }: { patch: Partial<ChannelFormValues>; fields: readonly FieldProblem[] }) {
  const { control, setError, getValues } = useForm<ChannelFormValues, unknown, Record<string, unknown>>({
    defaultValues: { ...EMPTY_CHANNEL, ...patch },
  });
  const placeOf = useCallback((field: FieldProblem) => placeOfProblem(field, getValues()), [getValues]);
  const [problem] = useState(() => ({ code: "validation_failed", params: {}, requestId: null, fields }));
  useServerFields(setError, problem, placeOf);
  const [isOpen, setOpen] = useState(false);
  const values = useWatch({ control });
  return (
    <>
      <AdvancedFields control={control} isOpen={isOpen} onOpenChange={setOpen} />
      <output>{JSON.stringify(Object.fromEntries(ADVANCED_NAMES.map((name) => [name, values[name]])))}</output>
    </>
  );
}

function show(patch: Partial<ChannelFormValues> = {}, ...fields: readonly FieldProblem[]) {
  renderScreen(<Screen fields={fields} patch={patch} />);
}
const values = (): AdvancedValues => JSON.parse(screen.getByText(/^\{/).textContent ?? "");
const opener = () => screen.getByRole("button", { name: "Advanced" });
const open = () => fireEvent.click(opener());
const isOpen = () => opener().getAttribute("aria-expanded");
const click = (role: string, name: string) => fireEvent.click(screen.getByRole(role, { name }));
/** What is read with an element. */
const described = (element: HTMLElement) =>
  (element.getAttribute("aria-describedby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.textContent ?? "")
    .join(" ");

test("the fields are hidden until they are asked for", () => {
  show();
  expect(isOpen()).toBe("false");
  expect(screen.queryByRole("combobox", { name: "Provider" })).toBeNull();
  open();
  expect(isOpen()).toBe("true");
  expect(screen.getByRole("combobox", { name: "Provider" }).textContent).toContain("By the address");
});

test("all operations are served until some are chosen among those of the protocols", () => {
  show({ protocols: ["openai-chat"] });
  open();
  expect(screen.queryByRole("checkbox", { name: "Chat completions" })).toBeNull();
  click("checkbox", "All operations");
  expect(values().operations).toEqual(PROTOCOL_OPERATIONS["openai-chat"]);
  click("checkbox", "Model list");
  expect(values().operations).toEqual(PROTOCOL_OPERATIONS["openai-chat"].filter((name) => name !== "models"));
  expect(screen.queryByRole("checkbox", { name: "Messages" })).toBeNull();
  click("checkbox", "All operations");
  expect(values().operations).toBeNull();
});

test("an operation that the protocols have no longer stays until it is taken out", () => {
  show({ protocols: ["anthropic-messages"], operations: ["chat", "message"] });
  open();
  click("checkbox", "Chat completions");
  expect(values().operations).toEqual(["message"]);
  expect(screen.queryByRole("checkbox", { name: "Chat completions" })).toBeNull();
});

test("headers are added and taken out row by row", () => {
  show();
  open();
  const write = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
  click("button", "Add header");
  write("Name of header 1", "x-a");
  write("Value of header 1", "1");
  click("button", "Add header");
  write("Name of header 2", "x-b");
  click("button", "Add name");
  write("Header 1 to remove", "user-agent");
  const remove = [{ name: "user-agent" }];
  const second = { name: "x-b", value: "" };
  expect(values().headers).toEqual({ set: [{ name: "x-a", value: "1" }, second], remove });
  const set = within(screen.getByRole("group", { name: "Headers to set" }));
  fireEvent.click(set.getByRole("button", { name: "Delete row 1" }));
  expect(values().headers).toEqual({ set: [second], remove });
  expect(document.activeElement?.textContent).toBe("Add header");
});

test("no more headers than a channel may have are offered", () => {
  const row = { name: "x", value: "" };
  show({ headers: { set: Array(32).fill(row), remove: Array(31).fill(row) } });
  open();
  expect(screen.getByRole("button", { name: "Add header" }).hasAttribute("disabled")).toBe(true);
  expect(screen.getByRole("button", { name: "Add name" }).hasAttribute("disabled")).toBe(false);
});

test("a provider that the catalogue no longer has stays chosen", () => {
  show({ provider: "gone-ai" });
  open();
  expect(screen.getByRole("combobox", { name: "Provider" }).textContent).toContain("gone-ai");
});

describe("a fault opens the fields and is read with its own", () => {
  const headers = { set: [{ name: "x-a", value: "" }], remove: [{ name: "te" }] };
  test.each([
    ["provider", "provider_unknown", { role: "combobox", name: "Provider", sentence: "This price list is not known." }],
    [
      "operations[1]",
      "operation_unknown",
      { role: "checkbox", name: "Messages", sentence: "This operation is not known." },
    ],
    [
      "operations[1]",
      "operation_not_applicable",
      { role: "checkbox", name: "Messages", sentence: "does not belong to the chosen protocols." },
    ],
    [
      "headers.set.x-a",
      "header_name_invalid",
      { role: "textbox", name: "Name of header 1", sentence: "This header name cannot be used here." },
    ],
    [
      "headers.set.x-a",
      "header_value_invalid",
      { role: "textbox", name: "Value of header 1", sentence: "characters that are not allowed." },
    ],
    [
      "headers.remove[0]",
      "header_name_invalid",
      { role: "textbox", name: "Header 1 to remove", sentence: "This header name cannot be used here." },
    ],
    [
      "usageInStream",
      "usage_in_stream_unknown",
      { role: "combobox", name: "Usage in streams", sentence: "Pick how usage is asked for" },
    ],
    [
      "onDisconnect",
      "on_disconnect_unknown",
      { role: "combobox", name: "When the client leaves", sentence: "Pick what happens when the client" },
    ],
  ])("%s: %s", (path, code, { role, name, sentence }) => {
    show({ operations: ["chat", "message"], headers }, { path, code });
    expect(isOpen()).toBe("true");
    const field = screen.getByRole(role, { name });
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(described(field)).toContain(sentence);
    expect(screen.getAllByText(sentence, { exact: false })).toHaveLength(1);
  });

  test.each([
    ["operations", "operations_empty", { name: "Operations", sentence: "Pick at least one operation." }],
    ["headers.set", "too_long", { name: "Headers to set", sentence: "This is too long." }],
    ["headers.remove", "too_long", { name: "Headers to remove", sentence: "This is too long." }],
  ])("%s: %s", (path, code, { name, sentence }) => {
    show({ operations: [] }, { path, code });
    expect(isOpen()).toBe("true");
    expect(described(screen.getByRole("group", { name }))).toContain(sentence);
  });
});

// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen } from "@testing-library/react";
import { useForm } from "react-hook-form";
import { expect, test } from "vitest";
import type { Channel } from "@/operations/channels/channel";
import { type ChannelFormValues, EMPTY_CHANNEL } from "./channel-form-values";
import { CredentialsField } from "./credentials-field";

const stored = (id: number, given: Partial<Channel["credentials"][number]> = {}) => ({
  ...{ id, enabled: true, setAt: "2026-01-01T11:00:00.000Z", opens: true, lastFour: `end${id}` },
  ...given,
});

let values: () => ChannelFormValues["credentials"];

function Screen({ saved }: { saved: Channel["credentials"] | undefined }) {
  const rows = saved?.map(({ id, enabled }) => ({ id, enabled, value: "" })) ?? EMPTY_CHANNEL.credentials;
  const { control, getValues } = useForm<ChannelFormValues, unknown, Record<string, unknown>>({
    defaultValues: { ...EMPTY_CHANNEL, credentials: rows },
  });
  values = () => getValues("credentials");
  return <CredentialsField control={control} stored={saved} />;
}

const show = (saved?: Channel["credentials"]) => renderScreen(<Screen saved={saved} />);
const write = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

test("of a saved credential its end and its time are told, never the rest", () => {
  show([stored(4), stored(9, { lastFour: null })]);
  expect(screen.getByText(/^Ends in end4, set .+ Leave it empty to keep the present one\.$/)).toBeTruthy();
  expect(screen.getByText(/^Set .+ Leave it empty to keep the present one\.$/)).toBeTruthy();
  for (const input of document.querySelectorAll("input[name$=value]"))
    expect([input.getAttribute("type"), (input as HTMLInputElement).value]).toEqual(["password", ""]);
});

test("one is replaced, one switched off, one added and one removed", () => {
  show([stored(4), stored(9)]);
  write("Credential 1", "sk-new");
  fireEvent.click(screen.getAllByRole("switch")[1] as Element);
  press("Add credential");
  write("Credential 3", "sk-third");
  expect(values()).toEqual([
    { id: 4, value: "sk-new", enabled: true },
    { id: 9, value: "", enabled: false },
    { id: null, value: "sk-third", enabled: true },
  ]);
  press("Remove Credential 1");
  expect(values().map(({ id }) => id)).toEqual([9, null]);
  expect(screen.getByText(/^Ends in end9, set /)).toBeTruthy();
});

test("a new channel begins with one, which cannot be removed; ten are the most", () => {
  show();
  expect(screen.getByLabelText("Credential")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Remove/ })).toBeNull();
  for (let row = 2; row <= 10; row++) press("Add credential");
  expect(values()).toHaveLength(10);
  expect(screen.getByRole("button", { name: "Add credential" })).toHaveProperty("disabled", true);
});

test("a channel without any says so, and one that does not open asks for it again", () => {
  show([]);
  expect(screen.queryByLabelText("Credential")).toBeNull();
  show([stored(4, { opens: false, lastFour: null })]);
  expect(screen.getByText(/cannot be opened with the present SLUICE_SECRET/)).toBeTruthy();
});

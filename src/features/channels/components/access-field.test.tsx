// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen } from "@testing-library/react";
import { useForm, useWatch } from "react-hook-form";
import { expect, test } from "vitest";
import { userGroupsKey } from "../queries";
import { AccessField } from "./access-field";
import { type ChannelFormValues, EMPTY_CHANNEL } from "./channel-form-values";

function Screen({ userGroups }: { userGroups: number[] }) {
  const { control } = useForm<ChannelFormValues, unknown, Record<string, unknown>>({
    defaultValues: { ...EMPTY_CHANNEL, userGroups },
  });
  return (
    <>
      <AccessField control={control} />
      <output>{JSON.stringify(useWatch({ control, name: "userGroups" }))}</output>
    </>
  );
}
function show(userGroups: number[], names: readonly string[]) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(userGroupsKey, { items: names.map((name, index) => ({ id: index + 1, name })) });
  renderScreen(
    <QueryClientProvider client={client}>
      <Screen userGroups={userGroups} />
    </QueryClientProvider>,
  );
}
const chosen = () => screen.getByText(/^\[/).textContent;

test("groups are chosen by name, and none chosen is said to be everyone", () => {
  show([2], ["team-a", "vip"]);
  expect(screen.getByText("Who may use this channel. None chosen: everyone.")).toBeDefined();
  fireEvent.click(screen.getByRole("checkbox", { name: "team-a" }));
  expect(chosen()).toBe("[2,1]");
  fireEvent.click(screen.getByRole("checkbox", { name: "vip" }));
  expect(chosen()).toBe("[1]");
});

test("a group that is gone stays chosen until it is taken out", () => {
  show([9], ["team-a"]);
  expect(chosen()).toBe("[9]");
  fireEvent.click(screen.getByRole("checkbox", { name: "Deleted group 9" }));
  expect(chosen()).toBe("[]");
  expect(screen.queryByRole("checkbox", { name: /Deleted/ })).toBeNull();
});

test("without groups there is nothing to choose", () => {
  show([], []);
  expect(screen.getByText("There are no user groups yet: everyone may use this channel.")).toBeDefined();
  expect(screen.queryByRole("checkbox")).toBeNull();
});

// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { SecretOnce } from "./secret-once";

const done = () => screen.getByRole("button", { name: "Done" });

test("going on needs the reader's word that the secret is stored", () => {
  const onDone = vi.fn();
  renderScreen(<SecretOnce doneLabel="Done" onDone={onDone} secret="sk-sluice-abc" />);
  expect(screen.getByText("sk-sluice-abc")).toBeDefined();
  fireEvent.click(done());
  expect(onDone).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole("checkbox", { name: "I have stored it" }));
  fireEvent.click(done());
  expect(onDone).toHaveBeenCalledOnce();
});

test("a copy will do as well", async () => {
  const writeText = vi.fn(async () => undefined);
  Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
  const onDone = vi.fn();
  renderScreen(<SecretOnce doneLabel="Done" onDone={onDone} secret="sk-sluice-abc" />);
  fireEvent.click(screen.getByRole("button", { name: "Copy the secret" }));
  await waitFor(() => expect(done().hasAttribute("disabled")).toBe(false));
  expect(writeText).toHaveBeenCalledWith("sk-sluice-abc");
  fireEvent.click(done());
  expect(onDone).toHaveBeenCalledOnce();
});

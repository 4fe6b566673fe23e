// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { type ActionResult, useAction } from "./use-action";

function Button({ action, onDone }: { action: () => Promise<ActionResult<string>>; onDone?: (data: string) => void }) {
  const state = useAction(action, onDone === undefined ? {} : { onDone });
  return (
    <button onClick={() => void state.run(undefined)} type="button">
      {state.isPending ? "running" : (state.problem?.code ?? state.data ?? "idle")}
    </button>
  );
}

const text = () => screen.getByRole("button").textContent;

test("an answer is told once and its data kept", async () => {
  const onDone = vi.fn();
  renderScreen(<Button action={async () => ({ ok: true, data: "made" })} onDone={onDone} />);
  fireEvent.click(screen.getByRole("button"));
  await waitFor(() => expect(text()).toBe("made"));
  expect(onDone.mock.calls).toEqual([["made"]]);
});

test("a refusal becomes the problem, not a throw", async () => {
  const onDone = vi.fn();
  renderScreen(<Button action={async () => ({ ok: false, error: { code: "name_taken" } })} onDone={onDone} />);
  fireEvent.click(screen.getByRole("button"));
  await waitFor(() => expect(text()).toBe("name_taken"));
  expect(onDone).not.toHaveBeenCalled();
});

test("a call that never reached the server says so", async () => {
  renderScreen(<Button action={() => Promise.reject(new TypeError("fetch failed"))} />);
  fireEvent.click(screen.getByRole("button"));
  await waitFor(() => expect(text()).toBe("network_error"));
});

test("a second click while it runs does nothing", async () => {
  const action = vi.fn(() => new Promise<ActionResult<string>>(() => undefined));
  renderScreen(<Button action={action} />);
  fireEvent.click(screen.getByRole("button"));
  await waitFor(() => expect(text()).toBe("running"));
  fireEvent.click(screen.getByRole("button"));
  expect(action).toHaveBeenCalledOnce();
});

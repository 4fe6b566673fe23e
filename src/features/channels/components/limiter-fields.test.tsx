// @vitest-environment happy-dom
import { renderScreen } from "@test/render-screen";
import { fireEvent, screen, within } from "@testing-library/react";
import { useForm } from "react-hook-form";
import { describe, expect, test } from "vitest";
import { type Locale, routing } from "@/i18n/routing";
import { type ChannelFormValues, EMPTY_CHANNEL, type LimiterValues } from "./channel-form-values";
import { LimiterFields } from "./limiter-fields";

const QUEUE: LimiterValues = {
  ...{ mode: "queue", capacity: "2", queueSize: "3", queueTimeoutMs: "1500", maxWaitingPerKey: "" },
};

function Screen({ limiter, waiting }: { limiter: LimiterValues; waiting?: number | undefined }) {
  const { control, setValue } = useForm<ChannelFormValues, unknown, Record<string, unknown>>({
    defaultValues: { ...EMPTY_CHANNEL, limiter },
  });
  return <LimiterFields control={control} setValue={setValue} waiting={waiting} />;
}
const show = (limiter: Partial<LimiterValues>, locale: Locale = "en") =>
  renderScreen(<Screen limiter={{ ...QUEUE, ...limiter }} />, { locale });
const sentence = () => screen.getByRole("status").textContent;
const write = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const NUMBERS = ["Capacity", "Queue size", "Longest wait", "Waiting per key"];
const shown = () => NUMBERS.filter((label) => screen.queryByLabelText(label) !== null);

describe("the sentence on the next request above the capacity", () => {
  test.each<[string, Partial<LimiterValues>, string]>([
    ["off", { mode: "off" }, "No limit. Everything is sent."],
    ["observe", { mode: "observe" }, "Request 3 is sent all the same."],
    [
      "reject",
      { mode: "reject", capacity: "5" },
      "Request 6 is refused at once with 429 channel_queue_full, or goes to the next channel.",
    ],
    [
      "queue",
      {},
      "Request 3 waits up to 1.5 sec, then 429 channel_queue_timeout. Request 6 is refused at once with 429 channel_queue_full.",
    ],
    [
      "queue with a share",
      { maxWaitingPerKey: "1" },
      "Request 3 waits up to 1.5 sec, then 429 channel_queue_timeout. Request 6 is refused at once with 429 channel_queue_full. Of one key 1 request waits at most.",
    ],
    [
      "numbers that are wrong",
      { maxWaitingPerKey: "4" },
      "Fill in the numbers to see what happens above the capacity.",
    ],
  ])("%s", (_, limiter, text) => {
    show(limiter);
    expect(sentence()).toBe(text);
  });

  test("follows what is written and chosen", () => {
    show({});
    write("Capacity", "9");
    write("Longest wait", "90000");
    expect(sentence()).toContain("Request 10 waits up to 1.5 min,");
    fireEvent.click(screen.getByRole("radio", { name: /^Reject/ }));
    expect(sentence()).toContain("Request 10 is refused at once");
  });

  test.each(routing.locales)("has both codes and every number in %s", (locale) => {
    show({ maxWaitingPerKey: "2" }, locale);
    for (const part of ["3", "6", "2", "channel_queue_timeout", "channel_queue_full"])
      expect(sentence()).toContain(part);
    expect(sentence()).toMatch(/1[.,]5/);
  });
});

test.each<[LimiterValues["mode"], string[]]>([
  ["off", []],
  ["observe", ["Capacity"]],
  ["reject", ["Capacity"]],
  ["queue", NUMBERS],
])("the mode %s asks for its own numbers alone", (mode, labels) => {
  show({ mode });
  expect(shown()).toEqual(labels);
});

describe("the amber advisory", () => {
  const advisory = () => screen.queryByText(/^Requests above the capacity are not blocked/);

  test.each<[LimiterValues["mode"], boolean]>([
    ["off", false],
    ["observe", true],
    ["reject", false],
    ["queue", false],
  ])("in mode %s: %s", (mode, isShown) => {
    show({ mode });
    expect(advisory() !== null).toBe(isShown);
  });

  test("has an icon beside its text, and offers what would enforce the number", () => {
    show({ mode: "observe" });
    const frame = advisory()?.closest(".border-warning-line") as HTMLElement;
    expect(frame.querySelector("svg")).not.toBeNull();
    fireEvent.click(within(frame).getByRole("button", { name: "Use Queue" }));
    expect(advisory()).toBeNull();
    expect(shown()).toEqual(NUMBERS);
    expect(screen.getByRole("radio", { name: /^Queue/ }).getAttribute("aria-checked")).toBe("true");
  });

  test("offers Reject too", () => {
    show({ mode: "observe" });
    fireEvent.click(screen.getByRole("button", { name: "Use Reject" }));
    expect(shown()).toEqual(["Capacity"]);
    expect(advisory()).toBeNull();
  });
});

test.each<[string, Partial<LimiterValues>, boolean]>([
  ["a minute", { queueTimeoutMs: "60000" }, false],
  ["more than a minute", { queueTimeoutMs: "60001" }, true],
  ["more than a minute in another mode", { mode: "reject", queueTimeoutMs: "60001" }, false],
])("a wait of %s warns: %s %s", (_, limiter, isWarned) => {
  show(limiter);
  expect(screen.queryByText(/^Many clients give up within a minute/) !== null).toBe(isWarned);
});

test.each([
  ["off", 2, "2 waiting requests start at once when this is saved."],
  ["observe", 1, "1 waiting request starts at once when this is saved."],
  ["reject", 2, "2 waiting requests keep their places."],
] as const)("giving up the queue for %s while %d wait says what becomes of them", (mode, waiting, text) => {
  renderScreen(<Screen limiter={{ ...QUEUE, mode }} waiting={waiting} />);
  expect(screen.getByText(text)).toBeTruthy();
});

test.each([
  ["queue", 2],
  ["off", 0],
  ["off", undefined],
] as const)("%s with %s waiting has nothing to say of them", (mode, waiting) => {
  renderScreen(<Screen limiter={{ ...QUEUE, mode }} waiting={waiting} />);
  expect(screen.queryByText(/waiting request/)).toBeNull();
});

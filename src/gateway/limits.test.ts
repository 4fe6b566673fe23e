import { buildLimit } from "@test/build-quota";
import { burst, type GatewayScene, openGateway } from "@test/open-gateway";
import { describe, expect, test } from "vitest";
import type { Enforcement } from "@/core/vocabulary";

const CENT = 10_000_000;
const A = { call: { bytes: 100, maxTokens: 50 }, usage: { input: 100, output: 50 }, expected: 1_024 };
const B = { ...A, call: { bytes: 400, maxTokens: 50 } };
const C = { call: { bytes: 80, maxTokens: 100 }, usage: { input: 20, output: 70 }, expected: 10 };
const D = { call: { bytes: 400, maxTokens: null }, usage: { input: 100, output: 50 }, expected: 50 };
const WORKLOADS = { A, B, C, D };

const open = (workload: keyof typeof WORKLOADS, enforcement: Enforcement, scene: GatewayScene = {}) => {
  const { usage, expected } = WORKLOADS[workload];
  return openGateway({
    snapshot: { limits: [buildLimit({ amount: CENT, enforcement })] },
    habitsOf: () => ({ bytesPerToken: 4, expectedOutputTokens: expected }),
    answer: () => ({ usage }),
    ...scene,
  });
};

const EXCEEDED = ["limit_exceeded"];
const TOO_SMALL = ["limit_too_small"];

describe("the burst of quota.md 12: cap $0.01, 200 calls, 50 at a time", () => {
  test.each([
    ["A", "strict", 13, 10, TOO_SMALL],
    ["A", "balanced", 13, 11, TOO_SMALL],
    ["A", "lenient", 17, 17, EXCEEDED],
    ["B", "strict", 12, 7, TOO_SMALL],
    ["B", "balanced", 13, 8, TOO_SMALL],
    ["B", "lenient", 13, 13, TOO_SMALL],
    ["C", "strict", 12, 7, TOO_SMALL],
    ["C", "balanced", 14, 8, EXCEEDED],
    ["C", "lenient", 50, 50, EXCEEDED],
    ["D", "strict", 0, 0, TOO_SMALL],
    ["D", "balanced", 13, 1, TOO_SMALL],
    ["D", "lenient", 13, 13, TOO_SMALL],
  ] as const)("%s %s serves %d with %d in flight", async (...[workload, enforcement, served, most, codes]) => {
    const scene = open(workload, enforcement);
    const result = await burst(scene, { ...WORKLOADS[workload].call, count: 200, width: 50 });
    expect({ ...result, answers: [], most: scene.upstream.most }).toEqual({ served, most, codes, answers: [] });
    const spent = scene.left.entries.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    expect([spent, scene.upstream.sent]).toEqual([served * 750_000, served]);
    const counters = await scene.counters();
    expect(counters).toMatchObject([{ settled: served * 750_000, held: 0, worst: 0, ledger: served * 750_000 }]);
    expect(scene.clock.pending()).toBe(0);
  });

  test("what is too large for a strict limit is told how much output would fit", async () => {
    const answer = await open("D", "strict").one(D.call);
    expect(answer.body).toContain('"affordable_output_tokens":918');
  });

  test("the same is told of a model with a maximum of its own", async () => {
    const traits = { maxOutputTokens: 2_000, bytesPerToken: null, expectedOutputTokens: null };
    const answer = await open("D", "strict", { models: { "gpt-4o": traits } }).one(D.call);
    expect(answer.body).toContain('"affordable_output_tokens":918');
  });
});

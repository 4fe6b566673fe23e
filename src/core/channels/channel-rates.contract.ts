import { describe, expect, test } from "vitest";
import type { ChannelRates, RateAsk, RateReply } from "./channel-rates";

/** What the suite needs of an implementation. */
export type RatesScene = {
  /** Replicas that share one store. */
  readonly replicas: readonly [ChannelRates, ChannelRates];
  /** Lets that much of the period go by: 1 is all of it. */
  pass(share: number): Promise<void>;
  /** Lets corrections arrive until `isDone`. */
  settle(isDone: () => Promise<boolean>): Promise<void>;
};

/** Every implementation of `ChannelRates` passes this. `periodMs`: as its scenes have it. */
export function channelRatesContract(
  name: string,
  { periodMs, openScene }: { readonly periodMs: number; openScene(): Promise<RatesScene> },
): void {
  describe(`channel rates in ${name}`, () => {
    const ask = (given: Partial<RateAsk> = {}): RateAsk => ({
      ...{ channelId: 1, rpm: null, tpm: null, tokens: 0 },
      ...given,
    });
    const unitOf = (reply: RateReply) => {
      if (reply.kind !== "taken") throw new Error("refused");
      return reply.unit;
    };

    test("of twenty requests at once, over two replicas, exactly as many pass as the limit says", async () => {
      const { replicas } = await openScene();
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => replicas[index % 2 === 0 ? 0 : 1].take(ask({ rpm: 5 }))),
      );
      const refused = replies.filter((reply) => reply.kind === "rate_limited");
      expect(refused).toHaveLength(15);
      for (const { retryAfterMs } of refused) {
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(retryAfterMs).toBeLessThanOrEqual(periodMs);
      }
      expect(unitOf(await replicas[0].take(ask({ channelId: 2, rpm: 1 })))).toBeDefined();
    });

    test("what was taken comes back after a period", async () => {
      const { replicas, pass } = await openScene();
      unitOf(await replicas[0].take(ask({ rpm: 1, tpm: 10, tokens: 10 })));
      expect((await replicas[1].take(ask({ rpm: 1 }))).kind).toBe("rate_limited");
      expect((await replicas[1].take(ask({ tpm: 10, tokens: 1 }))).kind).toBe("rate_limited");
      await pass(1.02);
      unitOf(await replicas[1].take(ask({ rpm: 1, tpm: 10, tokens: 10 })));
    });

    test("one that is refused by either counts for neither", async () => {
      const { replicas } = await openScene();
      const [rates] = replicas;
      unitOf(await rates.take(ask({ rpm: 9, tpm: 10, tokens: 8 })));
      for (let again = 0; again < 3; again++)
        expect((await rates.take(ask({ rpm: 9, tpm: 10, tokens: 3 }))).kind).toBe("rate_limited");
      expect([rates.counts(1).rpmUsed, rates.counts(1).tpmUsed].map(Math.round)).toEqual([1, 8]);
      unitOf(await rates.take(ask({ rpm: 2, tpm: 10, tokens: 2 })));
      expect((await rates.take(ask({ rpm: 2 }))).kind).toBe("rate_limited");
    });

    test("tokens are put right when the request has ended, once", async () => {
      const { replicas, settle } = await openScene();
      const [a, b] = replicas;
      const unit = unitOf(await a.take(ask({ tpm: 100, tokens: 90 })));
      expect((await b.take(ask({ tpm: 100, tokens: 60 }))).kind).toBe("rate_limited");
      unit.settle(40);
      unit.settle(0);
      unit.giveBack();
      let fitting: RateReply | null = null;
      await settle(async () => {
        fitting = fitting?.kind === "taken" ? fitting : await b.take(ask({ tpm: 100, tokens: 60 }));
        return fitting.kind === "taken";
      });
      expect((await a.take(ask({ tpm: 100, tokens: 1 }))).kind).toBe("rate_limited");
    });

    test("more tokens than were expected count too", async () => {
      const { replicas, settle } = await openScene();
      const [a, b] = replicas;
      unitOf(await a.take(ask({ tpm: 100, tokens: 10 }))).settle(100);
      await settle(async () => (await b.take(ask({ tpm: 100, tokens: 1 }))).kind === "rate_limited");
      expect((await b.take(ask({ tpm: 100, tokens: 1 }))).kind).toBe("rate_limited");
    });

    test("a request that was not sent gives all back", async () => {
      const { replicas, settle } = await openScene();
      const [a, b] = replicas;
      unitOf(await a.take(ask({ rpm: 1, tpm: 10, tokens: 10 }))).giveBack();
      await settle(async () => (await b.take(ask({ rpm: 1, tpm: 10, tokens: 10 }))).kind === "taken");
      expect((await b.take(ask({ rpm: 1, tpm: 10, tokens: 10 }))).kind).toBe("rate_limited");
    });

    test("a request of more tokens than a minute has takes the whole minute", async () => {
      const { replicas } = await openScene();
      const [rates] = replicas;
      unitOf(await rates.take(ask({ rpm: 5, tpm: 10, tokens: 1_000 })));
      expect([rates.counts(1).rpmUsed, rates.counts(1).tpmUsed].map(Math.round)).toEqual([1, 10]);
      expect((await rates.take(ask({ tpm: 10, tokens: 1_000 }))).kind).toBe("rate_limited");
    });

    test("a request that may pass is never said to be refused for certain", async () => {
      const { replicas } = await openScene();
      const [rates] = replicas;
      const given = ask({ rpm: 1, tpm: 10, tokens: 10 });
      expect(rates.usedUpForMs(given)).toBe(0);
      unitOf(await rates.take(given));
      expect(rates.usedUpForMs(given)).toBeGreaterThanOrEqual(0);
      expect(rates.usedUpForMs(given)).toBeLessThanOrEqual(periodMs);
      expect(rates.usedUpForMs({ ...given, channelId: 2 })).toBe(0);
    });
  });
}

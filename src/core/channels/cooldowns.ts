/** A header of an upstream's reply, by its name in lower case. */
export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** How long a channel is left alone when it asks for it: `maxMs` at most, `defaultMs` when it does not say how long (0: not at all). */
export type CooldownRules = { readonly defaultMs: number; readonly maxMs: number };

const MIN_MS = 1_000;

/**
 * How long a reply asks to be left alone, ms: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date; 1 s at least and `maxMs` at
 * most. Without a header that can be read it is the default; null: no cooldown (channels-and-rates.md C11). Pure.
 * @param now epoch ms, for dates
 */
export function cooldownMs(headers: UpstreamHeaders, { defaultMs, maxMs }: CooldownRules, now: number): number | null {
  const asked = numberIn(headers["retry-after-ms"]) ?? secondsIn(headers["retry-after"], now);
  if (asked === null && defaultMs === 0) return null;
  return Math.min(Math.max(asked ?? defaultMs, MIN_MS), maxMs);
}

function secondsIn(value: string | string[] | undefined, now: number): number | null {
  const seconds = numberIn(value);
  if (seconds !== null) return seconds * 1_000;
  const at = Date.parse(firstOf(value));
  return Number.isNaN(at) ? null : at - now;
}

function numberIn(value: string | string[] | undefined): number | null {
  const text = firstOf(value).trim();
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}

function firstOf(value: string | string[] | undefined): string {
  return (typeof value === "string" ? value : value?.[0]) ?? "";
}

/** Until when pairs of channel and upstream model are left alone; instants of the monotonic clock. */
export type Cooldowns = {
  /** Leaves a pair alone; the later of two deadlines wins, and nothing shortens one. True: this one is the later. */
  cool(pair: CoolPair, until: number): boolean;
  /** When the pair may be asked again; 0: now. */
  eligibleAt(channelId: number, model: string): number;
};

/** A channel and the name it knows a model by. */
export type CoolPair = { readonly channelId: number; readonly model: string };

/** No pair is cooling. What is over is forgotten when the channel cools again. */
export function createCooldowns(monotonic: () => number): Cooldowns {
  const untilOf = new Map<number, Map<string, number>>();
  return {
    cool({ channelId, model }, until) {
      const now = monotonic();
      const models = untilOf.get(channelId) ?? new Map<string, number>();
      for (const [name, over] of models) if (over <= now) models.delete(name);
      untilOf.set(channelId, models);
      if ((models.get(model) ?? now) >= until) return false;
      models.set(model, until);
      return true;
    },
    eligibleAt(channelId, model) {
      if (untilOf.size === 0) return 0;
      const until = untilOf.get(channelId)?.get(model) ?? 0;
      return until > monotonic() ? until : 0;
    },
  };
}

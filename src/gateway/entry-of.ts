import type { LedgerEntry } from "@/core/ledger/entry";
import { countTokens } from "@/core/prices/count-tokens";
import type { PriceRow } from "@/core/prices/price";
import { priceUsage } from "@/core/prices/price-usage";
import type { Amounts } from "@/core/quota/hold";
import { ZERO_NANO_USD } from "@/lib/money";
import type { Asked } from "./admit";
import type { AttemptEnd } from "./attempt";
import { billableUsage, freeDetail } from "./bill-attempt";
import { type Exchange, isRateOnly } from "./exchange";
import { findOwnRows } from "./resolve-target";

/** The call of an attempt. */
export type Attempted = { readonly admitted: Asked; readonly exchange: Exchange };

/** The ledger entry of an attempt that was sent. `requests` is 1 for the first one of a request (quota.md Q39). */
export function entryOf(end: AttemptEnd, { admitted, exchange }: Attempted, requests: 0 | 1): LedgerEntry {
  const { caller } = admitted;
  const { hold } = end;
  const { channel, billedModel } = end.candidate;
  const { usage, source } = billableUsage(end.relay, end);
  const channelPpm = channel.costMultiplierPpm;
  const { groupPpm } = admitted.target;
  const priced =
    usage === null
      ? { costNanoUsd: ZERO_NANO_USD, detail: freeDetail(channelPpm, groupPpm) }
      : priceUsage({
          usage,
          model: servedModel(end, { admitted, exchange }),
          rows: (model) => rowsOn(end, { admitted, exchange }, model),
          at: exchange.receivedAt,
          askedTier: admitted.call.tier,
          channelPpm,
          groupPpm,
          pricingVersion: admitted.target.config.version,
        });
  const tokens = countTokens(priced.detail.usage);
  return {
    id: exchange.id,
    attempt: end.number,
    admittedAt: hold.at,
    holdNo: hold.no,
    userId: caller.userId,
    keyId: caller.keyId,
    modelGroupId: hold.target.modelGroupId,
    model: billedModel,
    channelId: channel.id,
    outcome: end.relay.outcome,
    costNanoUsd: priced.costNanoUsd,
    requests,
    tokens: tokens.input + tokens.output,
    costSource: source,
    countedInUserGlobal: hold.counted.userGlobal,
    countedInKeyGlobal: hold.counted.keyGlobal,
    failOpen: hold.failOpen || end.isAlone,
    detail: priced.detail,
  };
}

/** Whose price counts: of further models that the body named the one that the reply says it is of, else the billed one (protocols-and-pricing.md N4). */
function servedModel({ relay, candidate }: AttemptEnd, { admitted }: Attempted): string {
  const { model } = relay.reading;
  const { secondaryModels } = admitted.call;
  if (model === undefined || secondaryModels.length === 0 || isNameOf(model, candidate.upstreamModel))
    return candidate.billedModel;
  return secondaryModels.find((name) => isNameOf(model, name)) ?? candidate.billedModel;
}

/** A name, or that of one of its dated versions: vendors answer an alias with the version behind it. */
function isNameOf(told: string, asked: string): boolean {
  return told === asked || (told.startsWith(`${asked}-`) && /^\d{4}/.test(told.slice(asked.length + 1)));
}

/** Price rows kept from the admission; those of a secondary model as the configuration of the admission has them, empty when it has no price. */
function rowsOn({ candidate }: AttemptEnd, { admitted, exchange }: Attempted, model: string): readonly PriceRow[] {
  if (model === candidate.billedModel) return candidate.rows;
  const { call, target } = admitted;
  return findOwnRows({ model, tier: call.tier, at: exchange.receivedAt }, candidate.channel, target.config) ?? [];
}

/** The entries of what was sent of a call; a call of class R has none. */
export function entriesOf(sent: readonly AttemptEnd[], attempted: Attempted): readonly LedgerEntry[] {
  if (isRateOnly(attempted.exchange)) return NO_ENTRIES;
  return sent.map((end, index) => entryOf(end, attempted, index === 0 ? 1 : 0));
}

const NO_ENTRIES: readonly LedgerEntry[] = [];

/** What a hold is replaced by: the sum over the entries of its attempts (quota.md Q39). */
export function amountsOf(entries: readonly LedgerEntry[]): Amounts {
  let usd = 0;
  let tokens = 0;
  let requests = 0;
  for (const entry of entries) {
    usd += entry.costNanoUsd;
    tokens += entry.tokens;
    requests += entry.requests;
  }
  return { usd, tokens, requests };
}

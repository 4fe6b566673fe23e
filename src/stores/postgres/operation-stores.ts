import type { OperationPorts, Transact } from "@/core/ports";
import { accessTokenStore } from "./access-token-store";
import { auditStore } from "./audit-store";
import { boostStore } from "./boost-store";
import { channelStore } from "./channel-store";
import type { Database } from "./client";
import { readConfigVersion } from "./config-source";
import { denialStore } from "./denial-store";
import type { Handle } from "./handle";
import { idempotencyStore } from "./idempotency-store";
import { keyStore } from "./key-store";
import { limitStore } from "./limit-store";
import { modelGroupStore } from "./model-group-store";
import { modelStore } from "./model-store";
import { priceStore } from "./price-store";
import { rateStore } from "./rate-store";
import { replicaStore } from "./replica-store";
import { requestStore } from "./request-store";
import { settingStore } from "./setting-store";
import { setupStore } from "./setup-store";
import { usageStore } from "./usage-store";
import { userGroupStore } from "./user-group-store";
import { userStore } from "./user-store";

/** The part of the operation ports that lives in PostgreSQL. */
export type OperationStores = Pick<
  OperationPorts,
  | "users"
  | "userGroups"
  | "modelGroups"
  | "models"
  | "keys"
  | "accessTokens"
  | "channels"
  | "prices"
  | "limits"
  | "boosts"
  | "rates"
  | "denials"
  | "settings"
  | "requests"
  | "usage"
  | "audit"
  | "idempotency"
  | "setup"
  | "replicas"
  | "configVersion"
>;

/** The stores bound to one transaction; `database` is for what a rollback must not undo. */
export function operationStores(tx: Handle, database: Pick<Database, "transaction">): OperationStores {
  return {
    users: userStore(tx),
    userGroups: userGroupStore(tx),
    modelGroups: modelGroupStore(tx),
    models: modelStore(tx),
    keys: keyStore(tx),
    accessTokens: accessTokenStore(tx),
    channels: channelStore(tx),
    prices: priceStore(tx),
    limits: limitStore(tx),
    boosts: boostStore(tx),
    rates: rateStore(tx),
    denials: denialStore(tx),
    settings: settingStore(tx),
    requests: requestStore(tx),
    usage: usageStore(database),
    audit: auditStore(tx),
    idempotency: idempotencyStore(tx),
    setup: setupStore(tx, database),
    replicas: { list: replicaStore({ db: tx }).list },
    configVersion: () => readConfigVersion(tx),
  };
}

/** Opens a transaction around the stores and what `others` makes of the same transaction (accounts, secrets, probes). */
export function createTransact(
  database: Database,
  others: (tx: Handle) => Omit<OperationPorts, keyof OperationStores>,
): Transact {
  return (run) => database.transaction((tx) => run({ ...operationStores(tx, database), ...others(tx) }));
}

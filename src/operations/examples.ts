import { ACCESS_TOKEN_EXAMPLES } from "./access-tokens/examples";
import { AUDIT_EXAMPLES } from "./audit/examples";
import { BOOST_EXAMPLES } from "./boosts/examples";
import { CHANNEL_EXAMPLES } from "./channels/examples";
import { DENIAL_EXAMPLES } from "./denials/examples";
import { EXPLAIN_EXAMPLES } from "./explain/examples";
import { KEY_EXAMPLES } from "./keys/examples";
import { BULK_LIMIT_EXAMPLES } from "./limits/bulk-examples";
import { LIMIT_EXAMPLES } from "./limits/examples";
import { MODEL_GROUP_EXAMPLES } from "./model-groups/examples";
import { MODEL_EXAMPLES } from "./models/examples";
import type { ExamplesOf } from "./operation-example";
import { OVERVIEW_EXAMPLES } from "./overview/examples";
import { PRICE_EXAMPLES } from "./prices/examples";
import { PROVISIONING_EXAMPLES } from "./provisioning/examples";
import { QUOTA_EXAMPLES } from "./quotas/examples";
import { RATE_EXAMPLES } from "./rates/examples";
import type { OperationTypes } from "./registry";
import { REPLICA_EXAMPLES } from "./replicas/examples";
import { REQUEST_EXAMPLES } from "./requests/examples";
import { SETTING_EXAMPLES } from "./settings/examples";
import { SETUP_EXAMPLES } from "./setup/examples";
import { USAGE_EXAMPLES } from "./usage/examples";
import { USER_GROUP_EXAMPLES } from "./user-groups/examples";
import { USER_EXAMPLES } from "./users/examples";
import { VIEWER_EXAMPLES } from "./viewer/examples";

/** A call of every operation that works, and its answer, by name. */
export const EXAMPLES: ExamplesOf<keyof OperationTypes> = {
  ...VIEWER_EXAMPLES,
  ...ACCESS_TOKEN_EXAMPLES,
  ...OVERVIEW_EXAMPLES,
  ...SETUP_EXAMPLES,
  ...CHANNEL_EXAMPLES,
  ...USER_EXAMPLES,
  ...KEY_EXAMPLES,
  ...USER_GROUP_EXAMPLES,
  ...MODEL_GROUP_EXAMPLES,
  ...REQUEST_EXAMPLES,
  ...PRICE_EXAMPLES,
  ...MODEL_EXAMPLES,
  ...LIMIT_EXAMPLES,
  ...BULK_LIMIT_EXAMPLES,
  ...AUDIT_EXAMPLES,
  ...USAGE_EXAMPLES,
  ...PROVISIONING_EXAMPLES,
  ...REPLICA_EXAMPLES,
  ...RATE_EXAMPLES,
  ...BOOST_EXAMPLES,
  ...DENIAL_EXAMPLES,
  ...QUOTA_EXAMPLES,
  ...EXPLAIN_EXAMPLES,
  ...SETTING_EXAMPLES,
};

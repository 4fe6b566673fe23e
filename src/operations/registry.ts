import type { z } from "zod";
import { createAccessToken } from "./access-tokens/create-access-token";
import { getAccessToken } from "./access-tokens/get-access-token";
import { listAccessTokens } from "./access-tokens/list-access-tokens";
import { revokeAccessToken } from "./access-tokens/revoke-access-token";
import { rotateAccessToken } from "./access-tokens/rotate-access-token";
import { updateAccessToken } from "./access-tokens/update-access-token";
import { getAudit } from "./audit/get-audit";
import { listAudit } from "./audit/list-audit";
import { endBoost } from "./boosts/end-boost";
import { extendBoost } from "./boosts/extend-boost";
import { getBoost } from "./boosts/get-boost";
import { grantBoosts } from "./boosts/grant-boosts";
import { listBoosts } from "./boosts/list-boosts";
import { createChannel } from "./channels/create-channel";
import { deleteChannel } from "./channels/delete-channel";
import { getChannel } from "./channels/get-channel";
import { listChannels } from "./channels/list-channels";
import { listLiveChannels } from "./channels/list-live-channels";
import { testChannel } from "./channels/test-channel";
import { testChannelDraft } from "./channels/test-channel-draft";
import { updateChannel } from "./channels/update-channel";
import { getDenial } from "./denials/get-denial";
import { listDenials } from "./denials/list-denials";
import { getExplanation } from "./explain/get-explanation";
import { whatIf } from "./explain/what-if";
import { createKey } from "./keys/create-key";
import { createOwnKey } from "./keys/create-own-key";
import { deleteKey } from "./keys/delete-key";
import { getKey } from "./keys/get-key";
import { getOwnKey } from "./keys/get-own-key";
import { listKeys } from "./keys/list-keys";
import { listOwnKeys } from "./keys/list-own-keys";
import { rotateKey } from "./keys/rotate-key";
import { rotateOwnKey } from "./keys/rotate-own-key";
import { updateKey } from "./keys/update-key";
import { updateOwnKey } from "./keys/update-own-key";
import { bulkLimits } from "./limits/bulk-limits";
import { deleteLimits } from "./limits/delete-limits";
import { getLimits } from "./limits/get-limits";
import { listLimits } from "./limits/list-limits";
import { previewLimits } from "./limits/preview-limits";
import { putLimits } from "./limits/put-limits";
import { restartTotal } from "./limits/restart-total";
import { addModels } from "./model-groups/add-models";
import { createModelGroup } from "./model-groups/create-model-group";
import { createSingle } from "./model-groups/create-single";
import { deleteModelGroup } from "./model-groups/delete-model-group";
import { getModelGroup } from "./model-groups/get-model-group";
import { listModelGroups } from "./model-groups/list-model-groups";
import { moveModels } from "./model-groups/move-models";
import { removeModels } from "./model-groups/remove-models";
import { updateModelGroup } from "./model-groups/update-model-group";
import { listModels } from "./models/list-models";
import { putModel } from "./models/put-model";
import type { Operation } from "./operation";
import { getOverview } from "./overview/get-overview";
import { getOwnSummary } from "./overview/get-own-summary";
import { importPrices } from "./prices/import-prices";
import { listMissingPrices } from "./prices/list-missing-prices";
import { listPrices } from "./prices/list-prices";
import { overridePrice } from "./prices/override-price";
import { applyProvisioning } from "./provisioning/apply-provisioning";
import { exportProvisioning } from "./provisioning/export-provisioning";
import { getMatrix } from "./quotas/get-matrix";
import { getOwnQuotas } from "./quotas/get-own-quotas";
import { getUserQuotas } from "./quotas/get-user-quotas";
import { rebuildCounters } from "./quotas/rebuild-counters";
import { clearGroupOverrides } from "./rates/clear-group-overrides";
import { clearUserOverrides } from "./rates/clear-user-overrides";
import { getRates } from "./rates/get-rates";
import { getRpmStatus } from "./rates/get-rpm-status";
import { listRates } from "./rates/list-rates";
import { putRates } from "./rates/put-rates";
import { listReplicas } from "./replicas/list-replicas";
import { getOwnRequest } from "./requests/get-own-request";
import { getRequest } from "./requests/get-request";
import { listOwnRequests } from "./requests/list-own-requests";
import { listRequests } from "./requests/list-requests";
import { recomputeRequest } from "./requests/recompute-request";
import { getSettings } from "./settings/get-settings";
import { updateSettings } from "./settings/update-settings";
import { createAdmin } from "./setup/create-admin";
import { dismissSetup } from "./setup/dismiss-setup";
import { findFirstRequest } from "./setup/find-first-request";
import { getSetupState } from "./setup/get-setup-state";
import { unlockSetup } from "./setup/unlock-setup";
import { reportOwnUsage } from "./usage/report-own-usage";
import { reportUsage } from "./usage/report-usage";
import { addUsers } from "./user-groups/add-users";
import { createUserGroup } from "./user-groups/create-user-group";
import { deleteUserGroup } from "./user-groups/delete-user-group";
import { getUserGroup } from "./user-groups/get-user-group";
import { listUserGroups } from "./user-groups/list-user-groups";
import { removeUsers } from "./user-groups/remove-users";
import { updateUserGroup } from "./user-groups/update-user-group";
import { createUser } from "./users/create-user";
import { deleteUser } from "./users/delete-user";
import { getUser } from "./users/get-user";
import { listUsers } from "./users/list-users";
import { setPassword } from "./users/set-password";
import { updateUser } from "./users/update-user";
import { getViewer } from "./viewer/get-viewer";

const registered = [
  getViewer,
  getOverview,
  getSetupState,
  unlockSetup,
  createAdmin,
  dismissSetup,
  findFirstRequest,
  listChannels,
  listLiveChannels,
  getChannel,
  createChannel,
  updateChannel,
  deleteChannel,
  testChannel,
  testChannelDraft,
  listUsers,
  getUser,
  createUser,
  updateUser,
  deleteUser,
  setPassword,
  listKeys,
  getKey,
  createKey,
  rotateKey,
  updateKey,
  deleteKey,
  listAccessTokens,
  getAccessToken,
  createAccessToken,
  updateAccessToken,
  rotateAccessToken,
  revokeAccessToken,
  listUserGroups,
  getUserGroup,
  createUserGroup,
  updateUserGroup,
  deleteUserGroup,
  addUsers,
  removeUsers,
  listModelGroups,
  getModelGroup,
  createModelGroup,
  createSingle,
  updateModelGroup,
  deleteModelGroup,
  addModels,
  removeModels,
  moveModels,
  listRequests,
  getRequest,
  recomputeRequest,
  getOwnSummary,
  listOwnRequests,
  getOwnRequest,
  listOwnKeys,
  getOwnKey,
  createOwnKey,
  rotateOwnKey,
  updateOwnKey,
  listPrices,
  listMissingPrices,
  importPrices,
  overridePrice,
  listModels,
  putModel,
  listLimits,
  getLimits,
  putLimits,
  bulkLimits,
  deleteLimits,
  previewLimits,
  restartTotal,
  listBoosts,
  getBoost,
  grantBoosts,
  extendBoost,
  endBoost,
  listRates,
  getRates,
  putRates,
  clearUserOverrides,
  getRpmStatus,
  clearGroupOverrides,
  listDenials,
  getDenial,
  reportUsage,
  reportOwnUsage,
  getUserQuotas,
  getOwnQuotas,
  getMatrix,
  rebuildCounters,
  getExplanation,
  whatIf,
  getSettings,
  updateSettings,
  exportProvisioning,
  applyProvisioning,
  listAudit,
  getAudit,
  listReplicas,
] as const;

/** Everything an admin or a user may do: REST, actions, audit and the permission tests follow from this list. */
export const OPERATIONS: readonly Operation[] = registered;

/** What goes into each operation and what comes out, by name. */
export type OperationTypes = {
  [Item in (typeof registered)[number] as Item["name"]]: {
    readonly input: z.input<Item["input"]>;
    readonly output: z.output<Item["output"]>;
  };
};

/** Names of lists that come in pages of rows with ids, and can be read whole by who needs all rows. */
export type ListName = {
  [Name in keyof OperationTypes]: OperationTypes[Name] extends {
    readonly input: { cursor?: string | undefined };
    readonly output: { items: { id: number }[]; nextCursor: string | null };
  }
    ? Name
    : never;
}[keyof OperationTypes];

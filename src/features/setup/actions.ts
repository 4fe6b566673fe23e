"use server";

import { toAction } from "@/bridge/to-action";

export const unlockAction = toAction("setup.unlock");
export const createAdminAction = toAction("setup.createAdmin");
export const testChannelDraftAction = toAction("channels.testDraft");
export const createChannelAction = toAction("channels.create");
export const createKeyAction = toAction("keys.create");
export const dismissAction = toAction("setup.dismiss");

"use server";

import { toAction } from "@/bridge/to-action";

export const createChannelAction = toAction("channels.create");
export const updateChannelAction = toAction("channels.update");
export const deleteChannelAction = toAction("channels.delete");
export const testChannelAction = toAction("channels.test");
export const testChannelDraftAction = toAction("channels.testDraft");

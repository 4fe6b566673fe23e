"use server";

import { toAction } from "@/bridge/to-action";

export const createKeyAction = toAction("keys.create");
export const updateKeyAction = toAction("keys.update");
export const rotateKeyAction = toAction("keys.rotate");
export const deleteKeyAction = toAction("keys.delete");

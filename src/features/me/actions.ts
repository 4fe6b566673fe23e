"use server";

import { toAction } from "@/bridge/to-action";

export const createOwnKeyAction = toAction("me.keys.create");
export const rotateOwnKeyAction = toAction("me.keys.rotate");
export const updateOwnKeyAction = toAction("me.keys.update");

"use server";

import { toAction } from "@/bridge/to-action";

export const dismissChecklistAction = toAction("setup.dismiss");

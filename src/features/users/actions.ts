"use server";

import { toAction } from "@/bridge/to-action";

export const createUserAction = toAction("users.create");
export const updateUserAction = toAction("users.update");
export const setPasswordAction = toAction("users.setPassword");
export const deleteUserAction = toAction("users.delete");

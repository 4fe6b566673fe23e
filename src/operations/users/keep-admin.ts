import { AppError } from "@/core/errors";
import type { UserStore } from "@/core/users/user";

/** After a write that may have taken an admin away: throws `last_admin` when nobody is left who can sign in as one. */
export async function keepAdmin(users: UserStore): Promise<void> {
  if ((await users.countAdmins()) === 0) throw new AppError("last_admin");
}

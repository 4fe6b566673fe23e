import { hashPassword, verifyPassword } from "better-auth/crypto";
import { AppError } from "@/core/errors";
import type { AccountStore } from "@/core/ports";
import type { Clock } from "@/lib/clock";
import { type AccountSchema, type DatabaseHandle, openAdapter } from "./sign-in-library";

const CREDENTIAL = "credential";
type Row = { readonly id: string; readonly email: string; readonly name: string };
type Person = { readonly id: number; readonly name: string; readonly email: string };

/** What an account store needs besides its handle. */
export type AccountStoreOptions = { readonly schema: AccountSchema; readonly clock: Clock };

/** Dashboard accounts on a database handle: the pool, or the transaction of an operation. Passwords are hashed with scrypt (SEC13). */
export function accountStore(db: DatabaseHandle, { schema, clock }: AccountStoreOptions): AccountStore {
  const adapter = openAdapter(db, schema);
  const accountOf = (userId: number) =>
    adapter.findOne<Row>({ model: "user", where: [{ field: "userId", value: userId }] });
  const credentialOf = (accountId: string) =>
    adapter.findOne<{ id: string; password: string | null }>({
      model: "account",
      where: [
        { field: "userId", value: accountId },
        { field: "providerId", value: CREDENTIAL },
      ],
    });

  /** Throws email_taken when another account signs in with the address. */
  const freeEmail = async (email: string, accountId: string | null) => {
    const holder = await adapter.findOne<Row>({ model: "user", where: [{ field: "email", value: email }] });
    if (holder !== null && holder.id !== accountId) throw new AppError("email_taken");
    return email;
  };

  const writeAccount = async (person: Person, stamp: Date): Promise<Row> => {
    const found = await accountOf(person.id);
    const email = await freeEmail(person.email.toLowerCase(), found?.id ?? null);
    const data = { name: person.name, email, updatedAt: stamp };
    if (found !== null) {
      await adapter.update({ model: "user", where: [{ field: "id", value: found.id }], update: data });
      return found;
    }
    const fresh = { ...data, emailVerified: true, userId: person.id, createdAt: stamp };
    return adapter.create<typeof fresh, Row>({ model: "user", data: fresh });
  };

  return {
    async setPassword(person, password) {
      const hash = await hashPassword(password);
      const stamp = new Date(clock.now());
      const { id } = await writeAccount(person, stamp);
      const credential = await credentialOf(id);
      if (credential !== null) {
        const update = { password: hash, updatedAt: stamp };
        await adapter.update({ model: "account", where: [{ field: "id", value: credential.id }], update });
        return;
      }
      const data = { userId: id, providerId: CREDENTIAL, accountId: id, password: hash };
      await adapter.create({ model: "account", data: { ...data, createdAt: stamp, updatedAt: stamp } });
    },
    async verifyPassword(userId, password) {
      const account = await accountOf(userId);
      const hash = account === null ? null : ((await credentialOf(account.id))?.password ?? null);
      return hash !== null && verifyPassword({ hash, password });
    },
    async setIdentity(person) {
      if ((await accountOf(person.id)) !== null) await writeAccount(person, new Date(clock.now()));
    },
    async endSignIns(userId) {
      const account = await accountOf(userId);
      if (account === null) return;
      await adapter.deleteMany({ model: "session", where: [{ field: "userId", value: account.id }] });
    },
  };
}

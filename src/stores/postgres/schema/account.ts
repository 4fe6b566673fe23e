import { boolean, index, pgTable, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";
import { safeBigint } from "./columns";
import { users } from "./users";

// Dates, not epoch milliseconds: the sign-in library reads and writes these tables through its own adapter.
const date = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
const written = () => ({ createdAt: date("created_at").notNull(), updatedAt: date("updated_at").notNull() });

/** Dashboard accounts (the sign-in library's "user"), one per user at most. Data. */
export const accounts = pgTable(
  "accounts",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    email: text("email").notNull(),
    emailVerified: boolean("email_verified").notNull().default(false),
    image: text("image"),
    userId: safeBigint("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    ...written(),
  },
  (table) => [uniqueIndex("accounts_email_key").on(table.email), uniqueIndex("accounts_user_key").on(table.userId)],
);

/** Sign-ins (the library's "session"). Data. */
export const signIns = pgTable(
  "sign_ins",
  {
    id: text("id").primaryKey(),
    token: text("token").notNull(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    expiresAt: date("expires_at").notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    ...written(),
  },
  (table) => [uniqueIndex("sign_ins_token_key").on(table.token), index("sign_ins_account").on(table.accountId)],
);

/** Ways to sign in to an account (the library's "account"): a password or an identity provider. Data. */
export const accountCredentials = pgTable(
  "account_credentials",
  {
    id: text("id").primaryKey(),
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    providerId: text("provider_id").notNull(),
    /** Id of the account at the provider (the library's "accountId"). */
    providerAccountId: text("provider_account_id").notNull(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: date("access_token_expires_at"),
    refreshTokenExpiresAt: date("refresh_token_expires_at"),
    scope: text("scope"),
    password: text("password"),
    ...written(),
  },
  (table) => [
    uniqueIndex("account_credentials_provider_key").on(table.providerId, table.providerAccountId),
    index("account_credentials_account").on(table.accountId),
  ],
);

/** One-time values of the sign-in library. Data. */
export const verifications = pgTable(
  "verifications",
  {
    id: text("id").primaryKey(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: date("expires_at").notNull(),
    ...written(),
  },
  (table) => [index("verifications_identifier").on(table.identifier)],
);

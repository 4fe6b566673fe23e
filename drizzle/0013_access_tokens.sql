CREATE TABLE IF NOT EXISTS "access_tokens" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"user_id" bigint NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"digest" text NOT NULL,
	"previous_prefix" text,
	"previous_digest" text,
	"previous_expires_at" timestamp with time zone,
	"scopes" jsonb NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "access_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "access_tokens_digest_key" ON "access_tokens" USING btree ("digest");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "access_tokens_previous_digest_key" ON "access_tokens" USING btree ("previous_digest");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "access_tokens_name_key" ON "access_tokens" USING btree ("user_id",lower("name")) WHERE "access_tokens"."revoked_at" IS NULL;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "access_tokens_user" ON "access_tokens" USING btree ("user_id");
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "key_sign_ins" (
	"digest" text PRIMARY KEY NOT NULL,
	"key_secret_id" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "key_sign_ins_key_secret_id_key_secrets_id_fk" FOREIGN KEY ("key_secret_id") REFERENCES "key_secrets"("id") ON DELETE cascade ON UPDATE no action
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "key_sign_ins_key_secret" ON "key_sign_ins" USING btree ("key_secret_id");

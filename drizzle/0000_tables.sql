CREATE TABLE IF NOT EXISTS "account_credentials" (
  "id" text PRIMARY KEY NOT NULL,
  "account_id" text NOT NULL,
  "provider_id" text NOT NULL,
  "provider_account_id" text NOT NULL,
  "access_token" text,
  "refresh_token" text,
  "id_token" text,
  "access_token_expires_at" timestamp with time zone,
  "refresh_token_expires_at" timestamp with time zone,
  "scope" text,
  "password" text,
  "created_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "accounts" (
  "id" text PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "email" text NOT NULL,
  "email_verified" boolean DEFAULT false NOT NULL,
  "image" text,
  "user_id" bigint NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "sign_ins" (
  "id" text PRIMARY KEY NOT NULL,
  "token" text NOT NULL,
  "account_id" text NOT NULL,
  "expires_at" timestamp with time zone NOT NULL,
  "ip_address" text,
  "user_agent" text,
  "created_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "verifications" (
  "id" text PRIMARY KEY NOT NULL,
  "identifier" text NOT NULL,
  "value" text NOT NULL,
  "expires_at" timestamp with time zone NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "audit_log" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "at" timestamp with time zone NOT NULL,
  "actor_kind" text NOT NULL,
  "actor_user_id" bigint,
  "actor_name" text NOT NULL,
  "address" text,
  "operation" text NOT NULL,
  "target" text NOT NULL,
  "before" jsonb,
  "after" jsonb
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "channel_credentials" (
  "channel_id" bigint PRIMARY KEY NOT NULL,
  "sealed" text NOT NULL,
  "set_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "channels" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "name" text NOT NULL,
  "protocols" jsonb NOT NULL,
  "operations" jsonb,
  "provider" text,
  "base_url" text NOT NULL,
  "models" jsonb NOT NULL,
  "priority" integer DEFAULT 0 NOT NULL,
  "weight" integer DEFAULT 1 NOT NULL,
  "cost_multiplier_ppm" bigint DEFAULT 1000000 NOT NULL,
  "timeouts" jsonb NOT NULL,
  "headers" jsonb NOT NULL,
  "usage_in_stream" text DEFAULT 'auto' NOT NULL,
  "input_includes_cache" boolean DEFAULT false NOT NULL,
  "on_disconnect" text,
  "enabled" boolean DEFAULT true NOT NULL,
  CONSTRAINT "channels_weight_check" CHECK ("weight" >= 1),
  CONSTRAINT "channels_cost_multiplier_check" CHECK ("cost_multiplier_ppm" >= 0),
  CONSTRAINT "channels_usage_in_stream_check" CHECK ("usage_in_stream" IN ('auto', 'never')),
  CONSTRAINT "channels_on_disconnect_check" CHECK ("on_disconnect" IN ('drain', 'abort')),
  CONSTRAINT "channels_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "config_version" (
  "only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
  "version" bigint DEFAULT 1 NOT NULL,
  "xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
  CONSTRAINT "config_version_only_row_check" CHECK ("only_row")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "denials" (
  "id" uuid NOT NULL,
  "at" timestamp with time zone NOT NULL,
  "user_id" bigint,
  "key_id" bigint,
  "key_prefix" text,
  "protocol" text NOT NULL,
  "operation" text,
  "model" text,
  "status" integer NOT NULL,
  "code" text NOT NULL,
  "params" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "decision" jsonb,
  CONSTRAINT "denials_pkey" PRIMARY KEY("id","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "denials_default" PARTITION OF "denials" DEFAULT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "key_secrets" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "key_id" bigint NOT NULL,
  "digest" text NOT NULL,
  "prefix" text NOT NULL,
  "last_four" text NOT NULL,
  "expires_at" timestamp with time zone,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "keys" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "user_id" bigint NOT NULL,
  "name" text NOT NULL,
  "enabled" boolean DEFAULT true NOT NULL,
  "expires_at" timestamp with time zone,
  "models" jsonb,
  CONSTRAINT "keys_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "ledger_rejects" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "rejected_at" timestamp with time zone DEFAULT now() NOT NULL,
  "reason" text NOT NULL,
  "entry" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "prices" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "model" text NOT NULL,
  "channel_id" bigint,
  "provider" text,
  "source" text NOT NULL,
  "effective_from" timestamp with time zone NOT NULL,
  "service_tier" text DEFAULT 'standard' NOT NULL,
  "min_input_tokens" bigint DEFAULT 0 NOT NULL,
  "daily_utc_from" integer,
  "daily_utc_to" integer,
  "components" jsonb NOT NULL,
  "price_as" text,
  "created_by" text NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "prices_source_check" CHECK ("source" IN ('admin', 'catalogue')),
  CONSTRAINT "prices_min_input_tokens_check" CHECK ("min_input_tokens" >= 0),
  CONSTRAINT "prices_daily_check" CHECK (("daily_utc_from" IS NULL) = ("daily_utc_to" IS NULL))
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "replicas" (
  "id" text PRIMARY KEY NOT NULL,
  "role" text NOT NULL,
  "release" text NOT NULL,
  "config_version" bigint NOT NULL,
  "started_at" timestamp with time zone NOT NULL,
  "seen_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "requests" (
  "id" uuid NOT NULL,
  "at" timestamp with time zone NOT NULL,
  "user_id" bigint NOT NULL,
  "key_id" bigint NOT NULL,
  "key_prefix" text NOT NULL,
  "protocol" text NOT NULL,
  "operation" text NOT NULL,
  "model" text NOT NULL,
  "upstream_model" text,
  "channel_id" bigint,
  "stream" boolean NOT NULL,
  "outcome" text NOT NULL,
  "status" integer,
  "code" text,
  "input_tokens" bigint NOT NULL,
  "cached_tokens" bigint NOT NULL,
  "output_tokens" bigint NOT NULL,
  "cost_nusd" bigint NOT NULL,
  "cost_source" text NOT NULL,
  "first_byte_ms" integer,
  "duration_ms" integer NOT NULL,
  "attempts" jsonb DEFAULT '[]'::jsonb NOT NULL,
  "upstream_request_id" text,
  "decision" jsonb,
  CONSTRAINT "requests_pkey" PRIMARY KEY("id","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "requests_default" PARTITION OF "requests" DEFAULT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "settings" (
  "name" text PRIMARY KEY NOT NULL,
  "value" jsonb NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "setup" (
  "only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
  "token_digest" text,
  "expires_at" timestamp with time zone,
  "attempts" integer DEFAULT 0 NOT NULL,
  "attempts_since" timestamp with time zone,
  "dismissed_at" timestamp with time zone,
  CONSTRAINT "setup_only_row_check" CHECK ("only_row")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "sign_in_attempts" (
  "kind" text NOT NULL,
  "subject" text NOT NULL,
  "window_start" timestamp with time zone NOT NULL,
  "count" integer NOT NULL,
  CONSTRAINT "sign_in_attempts_pkey" PRIMARY KEY("kind","subject")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_ledger" (
  "id" uuid NOT NULL,
  "attempt" smallint NOT NULL,
  "admitted_at" timestamp with time zone NOT NULL,
  "user_id" bigint NOT NULL,
  "key_id" bigint NOT NULL,
  "model_group_id" bigint,
  "model" text NOT NULL,
  "channel_id" bigint,
  "hold_no" smallint DEFAULT 1 NOT NULL,
  "outcome" text NOT NULL,
  "cost_nusd" bigint NOT NULL,
  "requests" smallint NOT NULL,
  "tokens" bigint NOT NULL,
  "cost_source" text NOT NULL,
  "counted_in_user_global" boolean DEFAULT true NOT NULL,
  "counted_in_key_global" boolean DEFAULT true NOT NULL,
  "fail_open" boolean DEFAULT false NOT NULL,
  "detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
  "settled_at" timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT "usage_ledger_pkey" PRIMARY KEY("id","attempt","admitted_at"),
  CONSTRAINT "usage_ledger_outcome_check" CHECK ("outcome" IN ('ok', 'upstream_error', 'client_aborted', 'interrupted')),
  CONSTRAINT "usage_ledger_cost_source_check" CHECK ("cost_source" IN ('upstream', 'estimated', 'ceiling', 'none', 'correction')),
  CONSTRAINT "usage_ledger_amounts_check" CHECK ("attempt" >= 100 OR ("cost_nusd" >= 0 AND "requests" >= 0 AND "tokens" >= 0)),
  CONSTRAINT "usage_ledger_correction_check" CHECK (("attempt" >= 100) = ("cost_source" = 'correction'))
) PARTITION BY RANGE ("admitted_at");
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_ledger_default" PARTITION OF "usage_ledger" DEFAULT;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_rollup" (
  "user_id" bigint NOT NULL,
  "bucket" timestamp with time zone NOT NULL,
  "key_id" bigint NOT NULL,
  "model_group_id" bigint NOT NULL,
  "counted_in_user_global" boolean NOT NULL,
  "counted_in_key_global" boolean NOT NULL,
  "cost_nusd" bigint NOT NULL,
  "requests" bigint NOT NULL,
  "tokens" bigint NOT NULL,
  "entries" bigint NOT NULL,
  CONSTRAINT "usage_rollup_pkey" PRIMARY KEY("user_id","bucket","key_id","model_group_id","counted_in_user_global","counted_in_key_global")
) WITH (fillfactor = 70);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "users" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "name" text NOT NULL,
  "email" text,
  "role" text DEFAULT 'user' NOT NULL,
  "enabled" boolean DEFAULT true NOT NULL,
  "locale" text,
  "time_zone" text,
  CONSTRAINT "users_role_check" CHECK ("role" IN ('admin', 'user')),
  CONSTRAINT "users_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "window_anchors" (
  "axis" text NOT NULL,
  "subject_id" bigint NOT NULL,
  "model_group_id" bigint NOT NULL,
  "unit" text NOT NULL,
  "started_at" timestamp with time zone NOT NULL,
  CONSTRAINT "window_anchors_pkey" PRIMARY KEY("axis","subject_id","model_group_id","unit")
);
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'account_credentials'::regclass AND conname = 'account_credentials_account_id_accounts_id_fk') THEN
    ALTER TABLE "account_credentials" ADD CONSTRAINT "account_credentials_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'accounts'::regclass AND conname = 'accounts_user_id_users_id_fk') THEN
    ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'sign_ins'::regclass AND conname = 'sign_ins_account_id_accounts_id_fk') THEN
    ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'channel_credentials'::regclass AND conname = 'channel_credentials_channel_id_channels_id_fk') THEN
    ALTER TABLE "channel_credentials" ADD CONSTRAINT "channel_credentials_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'key_secrets'::regclass AND conname = 'key_secrets_key_id_keys_id_fk') THEN
    ALTER TABLE "key_secrets" ADD CONSTRAINT "key_secrets_key_id_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "keys"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'keys'::regclass AND conname = 'keys_user_id_users_id_fk') THEN
    ALTER TABLE "keys" ADD CONSTRAINT "keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'prices'::regclass AND conname = 'prices_channel_id_channels_id_fk') THEN
    ALTER TABLE "prices" ADD CONSTRAINT "prices_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "account_credentials_provider_key" ON "account_credentials" USING btree ("provider_id","provider_account_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "account_credentials_account" ON "account_credentials" USING btree ("account_id");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "accounts_email_key" ON "accounts" USING btree ("email");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "accounts_user_key" ON "accounts" USING btree ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "sign_ins_token_key" ON "sign_ins" USING btree ("token");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "sign_ins_account" ON "sign_ins" USING btree ("account_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "verifications_identifier" ON "verifications" USING btree ("identifier");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_log_time" ON "audit_log" USING btree ("at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "channels_name_key" ON "channels" USING btree (lower("name"));
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "denials_time" ON "denials" USING btree ("at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "denials_user" ON "denials" USING btree ("user_id","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "denials_key" ON "denials" USING btree ("key_id","at","id");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "key_secrets_digest_key" ON "key_secrets" USING btree ("digest");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "key_secrets_current_key" ON "key_secrets" USING btree ("key_id") WHERE "expires_at" IS NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "key_secrets_previous_key" ON "key_secrets" USING btree ("key_id") WHERE "expires_at" IS NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "keys_name_key" ON "keys" USING btree ("user_id",lower("name"));
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "prices_model" ON "prices" USING btree ("model");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "prices_channel" ON "prices" USING btree ("channel_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_time" ON "requests" USING btree ("at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_user" ON "requests" USING btree ("user_id","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_key" ON "requests" USING btree ("key_id","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_channel" ON "requests" USING btree ("channel_id","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_ledger_user" ON "usage_ledger" USING btree ("user_id","admitted_at");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_ledger_time" ON "usage_ledger" USING brin ("admitted_at");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "users_name_key" ON "users" USING btree (lower("name"));
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "users_email_key" ON "users" USING btree (lower("email"));

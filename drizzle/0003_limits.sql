CREATE TABLE IF NOT EXISTS "model_groups" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "name" text NOT NULL,
  "slug" text NOT NULL,
  "is_single_model" boolean DEFAULT false NOT NULL,
  CONSTRAINT "model_groups_name_check" CHECK (char_length("name") BETWEEN 1 AND 80),
  CONSTRAINT "model_groups_slug_check" CHECK ("slug" ~ '^[a-z0-9-]+$'),
  CONSTRAINT "model_groups_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "model_group_models" (
  "model" text PRIMARY KEY NOT NULL,
  "model_group_id" bigint NOT NULL,
  CONSTRAINT "model_group_models_model_check" CHECK ("model" <> '' AND "model" = lower(btrim("model")))
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "user_groups" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "name" text NOT NULL,
  CONSTRAINT "user_groups_name_check" CHECK (char_length("name") BETWEEN 1 AND 80),
  CONSTRAINT "user_groups_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "user_group_users" (
  "user_group_id" bigint NOT NULL,
  "user_id" bigint NOT NULL,
  "joined_version" bigint DEFAULT 0 NOT NULL,
  CONSTRAINT "user_group_users_pkey" PRIMARY KEY("user_group_id","user_id")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "limits" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "subject_type" text NOT NULL,
  "user_id" bigint,
  "user_group_id" bigint,
  "key_id" bigint,
  "model_group_id" bigint,
  "unit" text NOT NULL,
  "window" text NOT NULL,
  "state" text NOT NULL,
  "amount" bigint,
  "mode" text,
  "enforcement" text,
  "state_version" bigint DEFAULT 0 NOT NULL,
  CONSTRAINT "limits_subject_check" CHECK (CASE "subject_type" WHEN 'user' THEN "user_id" IS NOT NULL WHEN 'user_group' THEN "user_group_id" IS NOT NULL WHEN 'key' THEN "key_id" IS NOT NULL ELSE false END AND num_nonnulls("user_id", "user_group_id", "key_id") = 1),
  CONSTRAINT "limits_unit_check" CHECK ("unit" IN ('usd', 'tokens', 'requests')),
  CONSTRAINT "limits_window_check" CHECK ("window" IN ('total', 'monthly', 'weekly', 'daily', '5h')),
  CONSTRAINT "limits_state_check" CHECK ("state" IN ('limit', 'unlimited', 'block') AND ("state" = 'limit') = ("amount" IS NOT NULL)),
  CONSTRAINT "limits_amount_check" CHECK ("amount" BETWEEN 1 AND CASE "unit" WHEN 'usd' THEN 9007199000000000 ELSE 9007199254740991 END),
  CONSTRAINT "limits_mode_check" CHECK (CASE "window" WHEN '5h' THEN "mode" IN ('rolling', 'fixed') WHEN 'total' THEN "mode" IS NULL ELSE "mode" IN ('calendar', 'rolling') END),
  CONSTRAINT "limits_enforcement_check" CHECK ("enforcement" IN ('shadow', 'lenient', 'balanced', 'strict')),
  CONSTRAINT "limits_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "boosts" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "version" integer DEFAULT 1 NOT NULL,
  "created_at" timestamp with time zone DEFAULT now() NOT NULL,
  "updated_at" timestamp with time zone DEFAULT now() NOT NULL,
  "managed_by" text,
  "user_id" bigint NOT NULL,
  "model_group_id" bigint,
  "unit" text NOT NULL,
  "window" text NOT NULL,
  "amount" bigint NOT NULL,
  "valid_from" timestamp with time zone NOT NULL,
  "valid_to" timestamp with time zone NOT NULL,
  "ended_at" timestamp with time zone,
  "note" text,
  "created_by" text NOT NULL,
  CONSTRAINT "boosts_unit_check" CHECK ("unit" IN ('usd', 'tokens', 'requests')),
  CONSTRAINT "boosts_window_check" CHECK ("window" IN ('total', 'monthly', 'weekly', 'daily', '5h')),
  CONSTRAINT "boosts_amount_check" CHECK ("amount" BETWEEN 1 AND CASE "unit" WHEN 'usd' THEN 9007199000000000 ELSE 9007199254740991 END),
  CONSTRAINT "boosts_range_check" CHECK ("valid_to" > "valid_from"),
  CONSTRAINT "boosts_managed_by_check" CHECK ("managed_by" = 'file')
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_restarts" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "subject_type" text NOT NULL,
  "user_id" bigint,
  "key_id" bigint,
  "model_group_id" bigint,
  "unit" text NOT NULL,
  "restarted_at" timestamp with time zone DEFAULT now() NOT NULL,
  "by" text NOT NULL,
  "note" text,
  CONSTRAINT "usage_restarts_subject_check" CHECK (CASE "subject_type" WHEN 'user' THEN "user_id" IS NOT NULL WHEN 'key' THEN "key_id" IS NOT NULL ELSE false END AND num_nonnulls("user_id", "key_id") = 1),
  CONSTRAINT "usage_restarts_unit_check" CHECK ("unit" IN ('usd', 'tokens', 'requests'))
);
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'model_group_models'::regclass AND conname = 'model_group_models_model_group_id_model_groups_id_fk') THEN
    ALTER TABLE "model_group_models" ADD CONSTRAINT "model_group_models_model_group_id_model_groups_id_fk" FOREIGN KEY ("model_group_id") REFERENCES "model_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'user_group_users'::regclass AND conname = 'user_group_users_user_group_id_user_groups_id_fk') THEN
    ALTER TABLE "user_group_users" ADD CONSTRAINT "user_group_users_user_group_id_user_groups_id_fk" FOREIGN KEY ("user_group_id") REFERENCES "user_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'user_group_users'::regclass AND conname = 'user_group_users_user_id_users_id_fk') THEN
    ALTER TABLE "user_group_users" ADD CONSTRAINT "user_group_users_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'limits'::regclass AND conname = 'limits_user_id_users_id_fk') THEN
    ALTER TABLE "limits" ADD CONSTRAINT "limits_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'limits'::regclass AND conname = 'limits_user_group_id_user_groups_id_fk') THEN
    ALTER TABLE "limits" ADD CONSTRAINT "limits_user_group_id_user_groups_id_fk" FOREIGN KEY ("user_group_id") REFERENCES "user_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'limits'::regclass AND conname = 'limits_key_id_keys_id_fk') THEN
    ALTER TABLE "limits" ADD CONSTRAINT "limits_key_id_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "keys"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'limits'::regclass AND conname = 'limits_model_group_id_model_groups_id_fk') THEN
    ALTER TABLE "limits" ADD CONSTRAINT "limits_model_group_id_model_groups_id_fk" FOREIGN KEY ("model_group_id") REFERENCES "model_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'boosts'::regclass AND conname = 'boosts_user_id_users_id_fk') THEN
    ALTER TABLE "boosts" ADD CONSTRAINT "boosts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'boosts'::regclass AND conname = 'boosts_model_group_id_model_groups_id_fk') THEN
    ALTER TABLE "boosts" ADD CONSTRAINT "boosts_model_group_id_model_groups_id_fk" FOREIGN KEY ("model_group_id") REFERENCES "model_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'usage_restarts'::regclass AND conname = 'usage_restarts_user_id_users_id_fk') THEN
    ALTER TABLE "usage_restarts" ADD CONSTRAINT "usage_restarts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'usage_restarts'::regclass AND conname = 'usage_restarts_key_id_keys_id_fk') THEN
    ALTER TABLE "usage_restarts" ADD CONSTRAINT "usage_restarts_key_id_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "keys"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'usage_restarts'::regclass AND conname = 'usage_restarts_model_group_id_model_groups_id_fk') THEN
    ALTER TABLE "usage_restarts" ADD CONSTRAINT "usage_restarts_model_group_id_model_groups_id_fk" FOREIGN KEY ("model_group_id") REFERENCES "model_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "model_groups_name_key" ON "model_groups" USING btree (lower("name"));
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "model_groups_slug_key" ON "model_groups" USING btree ("slug");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "model_group_models_group" ON "model_group_models" USING btree ("model_group_id");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "user_groups_name_key" ON "user_groups" USING btree (lower("name"));
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "user_group_users_user" ON "user_group_users" USING btree ("user_id");
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "limits_cell_key" ON "limits" USING btree ("subject_type",coalesce("user_id", "user_group_id", "key_id"),coalesce("model_group_id", 0),"unit","window");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "limits_user" ON "limits" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "limits_user_group" ON "limits" USING btree ("user_group_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "limits_key" ON "limits" USING btree ("key_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "limits_model_group" ON "limits" USING btree ("model_group_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boosts_user" ON "boosts" USING btree ("user_id","valid_to");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "boosts_model_group" ON "boosts" USING btree ("model_group_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_restarts_user" ON "usage_restarts" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_restarts_key" ON "usage_restarts" USING btree ("key_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_restarts_model_group" ON "usage_restarts" USING btree ("model_group_id");
--> statement-breakpoint
CREATE OR REPLACE TRIGGER model_groups_changed BEFORE INSERT OR UPDATE OR DELETE ON model_groups FOR EACH ROW EXECUTE FUNCTION config_changed('models', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER model_groups_truncated AFTER TRUNCATE ON model_groups FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER model_group_models_changed BEFORE INSERT OR UPDATE OR DELETE ON model_group_models FOR EACH ROW EXECUTE FUNCTION config_changed('models', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER model_group_models_truncated AFTER TRUNCATE ON model_group_models FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER user_groups_changed BEFORE INSERT OR UPDATE OR DELETE ON user_groups FOR EACH ROW EXECUTE FUNCTION config_changed('group', 'id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER user_groups_truncated AFTER TRUNCATE ON user_groups FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER user_group_users_changed BEFORE INSERT OR UPDATE OR DELETE ON user_group_users FOR EACH ROW EXECUTE FUNCTION config_changed('user', 'user_id', 'group', 'user_group_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER user_group_users_truncated AFTER TRUNCATE ON user_group_users FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER limits_changed BEFORE INSERT OR UPDATE OR DELETE ON limits FOR EACH ROW EXECUTE FUNCTION config_changed('user', 'user_id', 'group', 'user_group_id', 'key', 'key_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER limits_truncated AFTER TRUNCATE ON limits FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER boosts_changed BEFORE INSERT OR UPDATE OR DELETE ON boosts FOR EACH ROW EXECUTE FUNCTION config_changed('user', 'user_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER boosts_truncated AFTER TRUNCATE ON boosts FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER usage_restarts_changed BEFORE INSERT OR UPDATE OR DELETE ON usage_restarts FOR EACH ROW EXECUTE FUNCTION config_changed('user', 'user_id', 'key', 'key_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER usage_restarts_truncated AFTER TRUNCATE ON usage_restarts FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
-- A user who joins a group is stamped with the config version of that transaction, so that who left and joined again is told apart (quota.md Q50).
CREATE OR REPLACE FUNCTION stamp_joined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.user_group_id, OLD.user_id) = (NEW.user_group_id, NEW.user_id) THEN NEW.joined_version := OLD.joined_version;
  ELSE NEW.joined_version := config_step(); END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER user_group_users_joined BEFORE INSERT OR UPDATE ON user_group_users FOR EACH ROW EXECUTE FUNCTION stamp_joined();

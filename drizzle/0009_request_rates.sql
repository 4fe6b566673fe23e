CREATE TABLE IF NOT EXISTS "rates" (
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
	"model" text,
	"metric" text NOT NULL,
	"amount" integer,
	"burst" integer,
	CONSTRAINT "rates_subject_check" CHECK (CASE "rates"."subject_type" WHEN 'everyone' THEN num_nonnulls("rates"."user_id", "rates"."user_group_id", "rates"."key_id") = 0 WHEN 'user' THEN "rates"."user_id" IS NOT NULL AND num_nonnulls("rates"."user_group_id", "rates"."key_id") = 0 WHEN 'user_group' THEN "rates"."user_group_id" IS NOT NULL AND num_nonnulls("rates"."user_id", "rates"."key_id") = 0 WHEN 'override' THEN num_nonnulls("rates"."user_id", "rates"."user_group_id") = 2 AND "rates"."key_id" IS NULL WHEN 'key' THEN "rates"."key_id" IS NOT NULL AND num_nonnulls("rates"."user_id", "rates"."user_group_id") = 0 ELSE false END),
	CONSTRAINT "rates_target_check" CHECK (num_nonnulls("rates"."model_group_id", "rates"."model") < 2),
	CONSTRAINT "rates_metric_check" CHECK ("rates"."metric" IN ('rpm', 'total', 'successful')),
	CONSTRAINT "rates_amount_check" CHECK ("rates"."amount" >= 1),
	CONSTRAINT "rates_burst_check" CHECK ("rates"."burst" IS NULL OR ("rates"."metric" <> 'successful' AND "rates"."burst" BETWEEN 1 AND coalesce("rates"."amount", 0))),
	CONSTRAINT "rates_managed_by_check" CHECK ("rates"."managed_by" = 'file')
);
--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN IF NOT EXISTS "max_concurrent" integer CONSTRAINT "keys_max_concurrent_check" CHECK ("keys"."max_concurrent" >= 0);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "max_concurrent" integer CONSTRAINT "users_max_concurrent_check" CHECK ("users"."max_concurrent" >= 0);
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'rates'::regclass AND conname = 'rates_user_id_users_id_fk') THEN
    ALTER TABLE "rates" ADD CONSTRAINT "rates_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'rates'::regclass AND conname = 'rates_user_group_id_user_groups_id_fk') THEN
    ALTER TABLE "rates" ADD CONSTRAINT "rates_user_group_id_user_groups_id_fk" FOREIGN KEY ("user_group_id") REFERENCES "user_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'rates'::regclass AND conname = 'rates_key_id_keys_id_fk') THEN
    ALTER TABLE "rates" ADD CONSTRAINT "rates_key_id_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "keys"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'rates'::regclass AND conname = 'rates_model_group_id_model_groups_id_fk') THEN
    ALTER TABLE "rates" ADD CONSTRAINT "rates_model_group_id_model_groups_id_fk" FOREIGN KEY ("model_group_id") REFERENCES "model_groups"("id") ON DELETE cascade ON UPDATE no action;
  END IF;
END $$;
--> statement-breakpoint
CREATE UNIQUE INDEX IF NOT EXISTS "rates_rule_key" ON "rates" USING btree ("subject_type",coalesce("user_id", 0),coalesce("user_group_id", 0),coalesce("key_id", 0),coalesce("model_group_id", 0),coalesce("model", ''),"metric");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "rates_user" ON "rates" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "rates_user_group" ON "rates" USING btree ("user_group_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "rates_key" ON "rates" USING btree ("key_id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "rates_model_group" ON "rates" USING btree ("model_group_id");
--> statement-breakpoint
CREATE OR REPLACE TRIGGER rates_changed BEFORE INSERT OR UPDATE OR DELETE ON rates FOR EACH ROW EXECUTE FUNCTION config_changed('user', 'user_id', 'group', 'user_group_id', 'key', 'key_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER rates_truncated AFTER TRUNCATE ON rates FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
-- What is for everyone has no subject to be named by: every caller's rates may have changed.
CREATE OR REPLACE FUNCTION rates_of_everyone_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (TG_OP <> 'INSERT' AND OLD.subject_type = 'everyone') OR (TG_OP <> 'DELETE' AND NEW.subject_type = 'everyone') THEN
    PERFORM pg_notify('sluice_config', config_step() || ' *');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER rates_of_everyone_changed AFTER INSERT OR UPDATE OR DELETE ON rates FOR EACH ROW EXECUTE FUNCTION rates_of_everyone_changed();

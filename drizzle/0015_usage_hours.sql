-- Usage by the hour (dashboard.md 6.11). What is written to the ledger or the denials marks the hours it lies in, in the same transaction; a job
-- adds up marked hours again, and a report reads marked ones from the ledger itself. Marks are rows of their own, never updated: who saw a mark
-- saw what it stands for, and takes away just the marks that it saw.
CREATE TABLE IF NOT EXISTS "usage_hours" (
  "kind" text NOT NULL,
  "bucket" timestamp with time zone NOT NULL,
  "user_id" bigint NOT NULL,
  "key_id" bigint NOT NULL,
  "model" text NOT NULL,
  "model_group_id" bigint NOT NULL,
  "channel_id" bigint NOT NULL,
  "counted_in_user_global" boolean NOT NULL,
  "counted_in_key_global" boolean NOT NULL,
  "cost_nusd" bigint NOT NULL,
  "requests" bigint NOT NULL,
  "tokens" bigint NOT NULL,
  "input_tokens" bigint NOT NULL,
  "cached_tokens" bigint NOT NULL,
  "output_tokens" bigint NOT NULL,
  "entries" bigint NOT NULL,
  "errors" bigint NOT NULL,
  "denied" bigint NOT NULL,
  CONSTRAINT "usage_hours_pkey" PRIMARY KEY("kind","bucket","user_id","key_id","model","model_group_id","channel_id","counted_in_user_global","counted_in_key_global"),
  CONSTRAINT "usage_hours_kind_check" CHECK ("kind" IN ('all', 'keys', 'models'))
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_rolled_hours" (
  "hour" timestamp with time zone PRIMARY KEY NOT NULL,
  "cuts" smallint[] NOT NULL,
  "entries" bigint NOT NULL,
  "denials" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_days" (
  "kind" text NOT NULL,
  "first" timestamp with time zone NOT NULL,
  "user_id" bigint NOT NULL,
  "key_id" bigint NOT NULL,
  "model" text NOT NULL,
  "model_group_id" bigint NOT NULL,
  "channel_id" bigint NOT NULL,
  "counted_in_user_global" boolean NOT NULL,
  "counted_in_key_global" boolean NOT NULL,
  "cost_nusd" bigint NOT NULL,
  "requests" bigint NOT NULL,
  "tokens" bigint NOT NULL,
  "input_tokens" bigint NOT NULL,
  "cached_tokens" bigint NOT NULL,
  "output_tokens" bigint NOT NULL,
  "entries" bigint NOT NULL,
  "errors" bigint NOT NULL,
  "denied" bigint NOT NULL,
  CONSTRAINT "usage_days_pkey" PRIMARY KEY("kind","first","user_id","key_id","model","model_group_id","channel_id","counted_in_user_global","counted_in_key_global"),
  CONSTRAINT "usage_days_kind_check" CHECK ("kind" IN ('all', 'keys', 'models'))
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_rolled_days" (
  "first" timestamp with time zone PRIMARY KEY NOT NULL,
  "past" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "usage_marks" (
  "id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  "hour" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_days_model" ON "usage_days" USING btree ("model","first") WHERE kind = 'all';
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_hours_user" ON "usage_hours" USING btree ("kind","user_id","bucket");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "usage_hours_key" ON "usage_hours" USING btree ("kind","key_id","bucket");
--> statement-breakpoint
-- Blocks of an index by blocks are read whole until a vacuum has seen them: a report or a roll-up of one hour would read all that is new.
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.oid = to_regclass('usage_ledger_time') AND a.amname = 'brin') THEN
    DROP INDEX usage_ledger_time;
  END IF;
  CREATE INDEX IF NOT EXISTS usage_ledger_time ON usage_ledger USING btree (admitted_at);
END $$;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_model" ON "requests" USING btree ("model","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_outcome" ON "requests" USING btree ("outcome","at","id") WHERE outcome <> 'ok';
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "requests_code" ON "requests" USING btree ("code","at","id") WHERE code IS NOT NULL;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "denials_model" ON "denials" USING btree ("model","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "denials_code" ON "denials" USING btree ("code","at","id");
--> statement-breakpoint
CREATE OR REPLACE FUNCTION mark_ledger_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_marks (hour) SELECT DISTINCT date_bin('1 hour', admitted_at, '2000-01-01 00:00+00') FROM inserted;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION mark_denial_hours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO usage_marks (hour) SELECT DISTINCT date_bin('1 hour', at, '2000-01-01 00:00+00') FROM inserted;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER usage_ledger_marked AFTER INSERT ON usage_ledger REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION mark_ledger_hours();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER denials_marked AFTER INSERT ON denials REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION mark_denial_hours();
--> statement-breakpoint
-- After the triggers: what was committed before them is seen here, what comes later marks itself.
INSERT INTO usage_marks (hour)
SELECT date_bin('1 hour', admitted_at, '2000-01-01 00:00+00') FROM usage_ledger
UNION SELECT date_bin('1 hour', at, '2000-01-01 00:00+00') FROM denials;

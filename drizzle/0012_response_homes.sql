CREATE TABLE IF NOT EXISTS "response_homes" (
	"digest" text PRIMARY KEY NOT NULL,
	"channel_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"model" text NOT NULL,
	"kept_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "response_homes_kept_at_idx" ON "response_homes" USING btree ("kept_at");

CREATE TABLE IF NOT EXISTS "model_habits" (
	"model" text PRIMARY KEY NOT NULL,
	"bytes_per_token" double precision NOT NULL,
	"expected_output_tokens" integer NOT NULL,
	"learnt_until" timestamp with time zone NOT NULL
);

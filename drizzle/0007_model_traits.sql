CREATE TABLE IF NOT EXISTS "models" (
	"name" text PRIMARY KEY NOT NULL,
	"max_output_tokens" integer,
	"bytes_per_token" double precision,
	"expected_output_tokens" integer,
	"managed_by" text,
	CONSTRAINT "models_max_output_tokens_check" CHECK ("models"."max_output_tokens" > 0),
	CONSTRAINT "models_bytes_per_token_check" CHECK ("models"."bytes_per_token" BETWEEN 2 AND 8),
	CONSTRAINT "models_expected_output_tokens_check" CHECK ("models"."expected_output_tokens" > 0),
	CONSTRAINT "models_managed_by_check" CHECK ("models"."managed_by" = 'file')
);
--> statement-breakpoint
CREATE OR REPLACE TRIGGER models_changed BEFORE INSERT OR UPDATE OR DELETE ON models FOR EACH ROW EXECUTE FUNCTION config_changed('models', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER models_truncated AFTER TRUNCATE ON models FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();

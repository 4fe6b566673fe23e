ALTER TABLE "keys" ADD COLUMN IF NOT EXISTS "ip_allow" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN IF NOT EXISTS "ip_deny" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "ip_allow" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "ip_deny" jsonb DEFAULT '[]'::jsonb NOT NULL;

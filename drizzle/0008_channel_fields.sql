ALTER TABLE "channels" ADD COLUMN IF NOT EXISTS "limiter" jsonb DEFAULT '{"mode":"off","capacity":null,"queueSize":null,"queueTimeoutMs":null,"maxWaitingPerKey":null}'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN IF NOT EXISTS "overflow" text;
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN IF NOT EXISTS "breaker" jsonb DEFAULT '{"enabled":true,"failures":5,"ratioPct":50,"minAttempts":10,"openMs":30000}'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN IF NOT EXISTS "rpm" integer;
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN IF NOT EXISTS "tpm" integer;
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN IF NOT EXISTS "user_groups" jsonb DEFAULT '[]'::jsonb NOT NULL;
--> statement-breakpoint
ALTER TABLE "channel_credentials" ADD COLUMN IF NOT EXISTS "id" integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
ALTER TABLE "channel_credentials" ADD COLUMN IF NOT EXISTS "position" integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE "channel_credentials" ADD COLUMN IF NOT EXISTS "enabled" boolean DEFAULT true NOT NULL;
--> statement-breakpoint
DO $$ BEGIN
  IF (SELECT array_length(conkey, 1) FROM pg_constraint WHERE conrelid = 'channel_credentials'::regclass AND contype = 'p') IS DISTINCT FROM 2 THEN
    ALTER TABLE "channel_credentials" DROP CONSTRAINT IF EXISTS "channel_credentials_pkey", ADD CONSTRAINT "channel_credentials_pkey" PRIMARY KEY ("channel_id", "id");
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'channels'::regclass AND conname = 'channels_weight_check') LIKE '%>= 1%' THEN
    ALTER TABLE "channels" DROP CONSTRAINT "channels_weight_check", ADD CONSTRAINT "channels_weight_check" CHECK ("weight" >= 0);
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'channels'::regclass AND conname = 'channels_overflow_check') THEN
    ALTER TABLE "channels" ADD CONSTRAINT "channels_overflow_check" CHECK ("overflow" IN ('spill', 'group', 'stay'));
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'channels'::regclass AND conname = 'channels_rpm_check') THEN
    ALTER TABLE "channels" ADD CONSTRAINT "channels_rpm_check" CHECK ("rpm" >= 1);
  END IF;
END $$;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'channels'::regclass AND conname = 'channels_tpm_check') THEN
    ALTER TABLE "channels" ADD CONSTRAINT "channels_tpm_check" CHECK ("tpm" >= 1);
  END IF;
END $$;

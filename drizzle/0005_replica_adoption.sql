ALTER TABLE "replicas" ADD COLUMN IF NOT EXISTS "adopted_at" timestamp with time zone;

ALTER TABLE "user_groups" ADD COLUMN IF NOT EXISTS "cost_multiplier_ppm" bigint;
--> statement-breakpoint
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'user_groups'::regclass AND conname = 'user_groups_cost_multiplier_check') THEN
    ALTER TABLE "user_groups" ADD CONSTRAINT "user_groups_cost_multiplier_check" CHECK ("cost_multiplier_ppm" BETWEEN 0 AND 100000000);
  END IF;
END $$;

-- By which way a change came; null for rows that are older than the column.
ALTER TABLE "audit_log" ADD COLUMN IF NOT EXISTS "via" text;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_log_target" ON "audit_log" USING btree ("target","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_log_target_kind" ON "audit_log" USING btree (split_part("target", ':', 1),"at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_log_actor" ON "audit_log" USING btree ("actor_user_id","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_log_operation" ON "audit_log" USING btree ("operation","at","id");
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "audit_log_area" ON "audit_log" USING btree (split_part("operation", '.', 1),"at","id");

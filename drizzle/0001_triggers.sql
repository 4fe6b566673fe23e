-- The row of the configuration version (quota.md Q4).
INSERT INTO config_version DEFAULT VALUES ON CONFLICT DO NOTHING;
--> statement-breakpoint
-- At most one step per transaction; returns the version in force after it.
CREATE OR REPLACE FUNCTION config_step() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE stepped bigint;
BEGIN
  UPDATE config_version SET version = version + 1, xid = pg_current_xact_id() WHERE xid <> pg_current_xact_id() RETURNING version INTO stepped;
  IF stepped IS NULL THEN SELECT version INTO stepped FROM config_version; END IF;
  RETURN stepped;
END $$;
--> statement-breakpoint
-- Arguments: pairs of a tag and the column whose old and new value completes it (`key`, `id` -> `key:3`); an empty column gives the tag alone,
-- a null value none. Without arguments the tag is `*`. BEFORE ... FOR EACH ROW, so that state_version is stamped in the same write.
CREATE OR REPLACE FUNCTION config_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stepped bigint := config_step(); old_row jsonb; new_row jsonb; tag text;
BEGIN
  IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD); END IF;
  IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW); END IF;
  FOR tag IN
    SELECT DISTINCT CASE WHEN pair.col = '' THEN pair.name ELSE pair.name || ':' || subject.value END FROM (
      SELECT TG_ARGV[i] AS name, TG_ARGV[i + 1] AS col FROM generate_series(0, TG_NARGS - 2, 2) i) pair,
      LATERAL (VALUES (old_row ->> pair.col), (new_row ->> pair.col)) subject(value)
    WHERE pair.col = '' OR subject.value IS NOT NULL
  LOOP PERFORM pg_notify('sluice_config', stepped || ' ' || tag); END LOOP;
  IF TG_NARGS = 0 THEN PERFORM pg_notify('sluice_config', stepped || ' *'); END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  IF new_row ? 'state_version' AND (TG_OP = 'INSERT' OR NOT (old_row ? 'state' AND old_row -> 'state' = new_row -> 'state' AND old_row -> 'mode' = new_row -> 'mode')) THEN
    NEW.state_version := stepped;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION config_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_notify('sluice_config', config_step() || ' *'); RETURN NULL; END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER users_changed BEFORE INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION config_changed('user', 'id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER users_truncated AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER keys_changed BEFORE INSERT OR UPDATE OR DELETE ON keys FOR EACH ROW EXECUTE FUNCTION config_changed('key', 'id', 'user', 'user_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER keys_truncated AFTER TRUNCATE ON keys FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER key_secrets_changed BEFORE INSERT OR UPDATE OR DELETE ON key_secrets FOR EACH ROW EXECUTE FUNCTION config_changed('key', 'key_id');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER key_secrets_truncated AFTER TRUNCATE ON key_secrets FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER channels_changed BEFORE INSERT OR UPDATE OR DELETE ON channels FOR EACH ROW EXECUTE FUNCTION config_changed('channels', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER channels_truncated AFTER TRUNCATE ON channels FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER channel_credentials_changed BEFORE INSERT OR UPDATE OR DELETE ON channel_credentials FOR EACH ROW EXECUTE FUNCTION config_changed('channels', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER channel_credentials_truncated AFTER TRUNCATE ON channel_credentials FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER prices_changed BEFORE INSERT OR UPDATE OR DELETE ON prices FOR EACH ROW EXECUTE FUNCTION config_changed('prices', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER prices_truncated AFTER TRUNCATE ON prices FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER settings_changed BEFORE INSERT OR UPDATE OR DELETE ON settings FOR EACH ROW EXECUTE FUNCTION config_changed('settings', '');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER settings_truncated AFTER TRUNCATE ON settings FOR EACH STATEMENT EXECUTE FUNCTION config_truncated();
--> statement-breakpoint
-- History is append-only (reliability-and-security.md SEC49); corrections are new rows.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% of % is refused: it is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER usage_ledger_kept BEFORE UPDATE OR DELETE ON usage_ledger FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER usage_ledger_whole BEFORE TRUNCATE ON usage_ledger FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER usage_ledger_default_whole BEFORE TRUNCATE ON usage_ledger_default FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_log_kept BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_log_whole BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Makes the partitions of the month of `moment` and of the `ahead` months after it. A month whose rows already lie in the default partition
-- stays there, since nothing may be moved. Returns the partitions that were missing and whether each was made.
CREATE OR REPLACE FUNCTION ensure_partitions(moment timestamptz, ahead integer) RETURNS TABLE (partition_name text, made boolean) LANGUAGE plpgsql AS $$
DECLARE base text; stamp text; begins timestamptz; ends timestamptz; taken boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('sluice.partitions'));
  FOR base, stamp IN VALUES ('usage_ledger', 'admitted_at'), ('requests', 'at'), ('denials', 'at') LOOP
    FOR i IN 0..ahead LOOP
      begins := (date_trunc('month', moment AT TIME ZONE 'UTC') + make_interval(months => i)) AT TIME ZONE 'UTC';
      ends := (date_trunc('month', moment AT TIME ZONE 'UTC') + make_interval(months => i + 1)) AT TIME ZONE 'UTC';
      partition_name := base || '_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
      CONTINUE WHEN to_regclass(quote_ident(partition_name)) IS NOT NULL;
      EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= $1 AND %I < $2)', base || '_default', stamp, stamp) INTO taken USING begins, ends;
      IF NOT taken THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', partition_name, base, begins, ends);
        IF base = 'usage_ledger' THEN
          EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', partition_name || '_whole', partition_name);
        END IF;
      END IF;
      made := NOT taken;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;

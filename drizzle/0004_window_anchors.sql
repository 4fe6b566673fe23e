-- Records a batch of settlements (quota.md Q47): a JSON array of their texts, `[id, kind, entries, request, anchors]`, whose members lie by
-- position as src/core/ledger/settlement.ts lists them. Positions are only ever added at the end, so that replicas of two releases can share a
-- database; texts end before the anchors when there are none.
-- The requests of a batch are locked first, in one order for all writers: of two witnesses of a request the later one sees all that the earlier
-- one wrote, whatever instant it knows, and overlapping batches never deadlock. What requests share goes in one order too, once per call:
-- rollup rows and anchors by their keys. Only inserted rows reach the rollup, so that a replay or a second witness of the same attempt adds
-- nothing; a request is logged with the first of its entries. Returns the entries inserted.
-- The truth about an attempt that was charged its ceiling becomes correction 1: attempt 100 + a, what it is more or less, at the original's
-- instant (Q40), which makes it unique; the log then shows the truth.
-- Of the starts of a fixed window the greatest wins (Q16).
-- A function, because its plan is kept by the connection. That plan may be made while the tables are empty: OFFSET 0 and the settings keep
-- the look-up at one index scan per entry, whatever the statistics say.
CREATE OR REPLACE FUNCTION record_settlements(settlements jsonb) RETURNS integer LANGUAGE plpgsql
SET plan_cache_mode = 'force_generic_plan' SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE inserted integer; corrected integer;
BEGIN
  PERFORM pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended((s->>0)::uuid::text, 0) AS lock FROM jsonb_array_elements(settlements) AS s ORDER BY lock OFFSET 0) locks;
  WITH settled AS MATERIALIZED (
    SELECT (s->>0)::uuid AS id, s->2 AS entries, s->3 AS request, s->4 AS anchors FROM jsonb_array_elements(settlements) AS s),
  src AS (
    SELECT DISTINCT ON (id, attempt) * FROM (
      SELECT id, (e->>0)::smallint AS attempt, timestamptz 'epoch' + (e->>1)::bigint * interval '1 millisecond' AS admitted_at,
        (e->>2)::smallint AS hold_no, (e->>3)::bigint AS user_id, (e->>4)::bigint AS key_id, (e->>5)::bigint AS model_group_id,
        e->>6 AS model, (e->>7)::bigint AS channel_id, e->>8 AS outcome, (e->>9)::bigint AS cost_nusd, (e->>10)::smallint AS requests,
        (e->>11)::bigint AS tokens, e->>12 AS cost_source, (e->>13)::boolean AS counted_in_user_global,
        (e->>14)::boolean AS counted_in_key_global, (e->>15)::boolean AS fail_open, e->16 AS detail
      FROM settled, jsonb_array_elements(entries) AS e) entry
    ORDER BY id, attempt, cost_source = 'ceiling', admitted_at),
  ins AS (
    INSERT INTO usage_ledger (id, attempt, admitted_at, hold_no, user_id, key_id, model_group_id, model, channel_id, outcome, cost_nusd,
      requests, tokens, cost_source, counted_in_user_global, counted_in_key_global, fail_open, detail)
    SELECT s.id, CASE WHEN k.id IS NULL THEN s.attempt ELSE 100 + s.attempt END, coalesce(k.admitted_at, s.admitted_at),
      coalesce(k.hold_no, s.hold_no), coalesce(k.user_id, s.user_id), coalesce(k.key_id, s.key_id),
      CASE WHEN k.id IS NULL THEN s.model_group_id ELSE k.model_group_id END, coalesce(k.model, s.model), s.channel_id, s.outcome,
      s.cost_nusd - coalesce(k.cost_nusd, 0), s.requests - coalesce(k.requests, 0), s.tokens - coalesce(k.tokens, 0),
      CASE WHEN k.id IS NULL THEN s.cost_source ELSE 'correction' END, coalesce(k.counted_in_user_global, s.counted_in_user_global),
      coalesce(k.counted_in_key_global, s.counted_in_key_global), coalesce(k.fail_open, s.fail_open), s.detail
    FROM src s LEFT JOIN LATERAL (
      SELECT * FROM usage_ledger l WHERE l.id = s.id AND l.attempt = s.attempt
        AND l.admitted_at BETWEEN s.admitted_at - interval '1 day' AND s.admitted_at + interval '1 day' LIMIT 1 OFFSET 0) k ON true
    WHERE k.id IS NULL OR (k.outcome = 'interrupted' AND k.cost_source = 'ceiling' AND s.cost_source <> 'ceiling'
      AND (s.cost_nusd, s.requests, s.tokens) <> (k.cost_nusd, k.requests, k.tokens))
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
    RETURNING id, attempt, user_id, admitted_at, key_id, model_group_id, counted_in_user_global, counted_in_key_global, cost_nusd,
      requests, tokens),
  roll AS (
    INSERT INTO usage_rollup (user_id, bucket, key_id, model_group_id, counted_in_user_global, counted_in_key_global,
      cost_nusd, requests, tokens, entries)
    SELECT user_id, date_bin('5 minutes', admitted_at, '2000-01-01 00:00+00'), key_id, coalesce(model_group_id, 0),
      counted_in_user_global, counted_in_key_global, sum(cost_nusd), sum(requests), sum(tokens), count(*)
    FROM ins GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (user_id, bucket, key_id, model_group_id, counted_in_user_global, counted_in_key_global) DO UPDATE SET
      cost_nusd = usage_rollup.cost_nusd + excluded.cost_nusd, requests = usage_rollup.requests + excluded.requests,
      tokens = usage_rollup.tokens + excluded.tokens, entries = usage_rollup.entries + excluded.entries),
  log AS (
    INSERT INTO requests (id, at, user_id, key_id, key_prefix, protocol, operation, model, upstream_model, channel_id, stream, outcome,
      status, code, input_tokens, cached_tokens, output_tokens, cost_nusd, cost_source, first_byte_ms, duration_ms, attempts,
      upstream_request_id, decision)
    SELECT DISTINCT ON (id) * FROM (
      SELECT id, timestamptz 'epoch' + (q->>0)::bigint * interval '1 millisecond' AS at, (q->>1)::bigint, (q->>2)::bigint, q->>3, q->>4,
        q->>5, q->>6, q->>7, (q->>8)::bigint, (q->>9)::boolean, q->>10, (q->>11)::integer, q->>12, (q->>13)::bigint, (q->>14)::bigint,
        (q->>15)::bigint, (q->>16)::bigint, q->>17, (q->>18)::integer, (q->>19)::integer, q->20, left(q->>21, 256),
        nullif(q->22, 'null')
      FROM (
        SELECT id, request AS q FROM settled
        WHERE request <> 'null' AND (entries = '[]' OR id IN (SELECT id FROM ins))) logged
      WHERE id NOT IN (SELECT id FROM ins WHERE attempt >= 100) OR NOT EXISTS (
        SELECT FROM requests r WHERE r.id = logged.id AND r.at >= timestamptz 'epoch' + ((q->>0)::bigint - 86400000) * interval '1 millisecond'
          AND r.at <= timestamptz 'epoch' + ((q->>0)::bigint + 86400000) * interval '1 millisecond' OFFSET 0)) request
    ORDER BY id, at
    ON CONFLICT DO NOTHING),
  anchored AS (
    INSERT INTO window_anchors AS w (axis, subject_id, model_group_id, unit, started_at)
    SELECT * FROM (
      SELECT a->>0 AS axis, (a->>1)::bigint AS subject_id, (a->>2)::bigint AS model_group_id, a->>3 AS unit,
        max(timestamptz 'epoch' + (a->>4)::bigint * interval '1 millisecond') AS started_at
      FROM settled, jsonb_array_elements(anchors) AS a GROUP BY 1, 2, 3, 4) latest
    WHERE NOT EXISTS (
      SELECT FROM window_anchors o WHERE o.axis = latest.axis AND o.subject_id = latest.subject_id
        AND o.model_group_id = latest.model_group_id AND o.unit = latest.unit AND o.started_at >= latest.started_at OFFSET 0)
    ORDER BY axis, subject_id, model_group_id, unit
    ON CONFLICT (axis, subject_id, model_group_id, unit) DO UPDATE SET started_at = excluded.started_at
      WHERE w.started_at < excluded.started_at)
  SELECT (SELECT count(*) FROM ins), (SELECT count(*) FROM ins WHERE attempt >= 100) INTO inserted, corrected;
  IF corrected > 0 THEN
    UPDATE requests r SET (protocol, operation, model, upstream_model, channel_id, stream, outcome, status, code, input_tokens,
      cached_tokens, output_tokens, cost_nusd, cost_source, first_byte_ms, duration_ms, attempts, upstream_request_id, decision) =
      ROW(q->>4, q->>5, q->>6, q->>7, (q->>8)::bigint, (q->>9)::boolean, q->>10, (q->>11)::integer, q->>12, (q->>13)::bigint,
        (q->>14)::bigint, (q->>15)::bigint, (q->>16)::bigint, q->>17, (q->>18)::integer, (q->>19)::integer, q->20, left(q->>21, 256),
        nullif(q->22, 'null'))
    FROM (
      SELECT (s->>0)::uuid AS id, s->3 AS q, timestamptz 'epoch' + (s->3->>0)::bigint * interval '1 millisecond' AS at
      FROM jsonb_array_elements(settlements) AS s WHERE s->3 <> 'null') late
    WHERE r.id = late.id AND r.at BETWEEN late.at - interval '1 day' AND late.at + interval '1 day'
      AND r.cost_source = 'ceiling' AND q->>17 <> 'ceiling';
  END IF;
  RETURN inserted;
END $$;

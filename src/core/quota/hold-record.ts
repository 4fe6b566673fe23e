/** What a janitor needs to bill a hold without its owner: the members of its rows that do not depend on how the request ends. */
export type HoldRecord = {
  readonly keyId: number;
  readonly keyPrefix: string;
  readonly modelGroupId: number | null;
  readonly model: string;
  readonly protocol: string;
  readonly operation: string;
  readonly stream: boolean;
  readonly counted: { readonly userGlobal: boolean; readonly keyGlobal: boolean };
};

type RecordTuple = readonly [number, string, number | null, string, string, string, boolean, boolean, boolean];

/** The text that the counters keep; members by position, as one is made for every request. */
export function holdRecordText(record: HoldRecord): string {
  const { keyId, keyPrefix, modelGroupId, model, protocol, operation, stream, counted } = record;
  const tuple: RecordTuple = [
    ...([keyId, keyPrefix, modelGroupId, model, protocol, operation, stream] as const),
    ...([counted.userGlobal, counted.keyGlobal] as const),
  ];
  return JSON.stringify(tuple);
}

/** The record of such a text. Throws a SyntaxError for a text that is no JSON. */
export function parseHoldRecord(text: string): HoldRecord {
  const [keyId, keyPrefix, modelGroupId, model, protocol, operation, stream, userGlobal, keyGlobal]: RecordTuple =
    JSON.parse(text);
  return { keyId, keyPrefix, modelGroupId, model, protocol, operation, stream, counted: { userGlobal, keyGlobal } };
}

/** A running process as the others see it; instants are epoch ms. */
export type RunningReplica = {
  readonly id: string;
  /** What it serves. */
  readonly role: string;
  readonly release: string;
  /** The configuration that it works by. */
  readonly configVersion: number;
  readonly startedAt: number;
  readonly seenAt: number;
};

/** Port: see its methods. */
export type ReplicaList = {
  /** Those seen at or after `since` (epoch ms), the newest beat first. */
  list(since: number): Promise<readonly RunningReplica[]>;
};

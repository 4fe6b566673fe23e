/** A change of the configuration: the version in force and what it touched (`key:3`, `user:7`, `channels`, `prices`, `settings`, `*`). */
export type ConfigChange = { readonly version: number; readonly tags: readonly string[] };

/** Port: tells every replica when the configuration steps, whoever changed it and however (quota.md Q4). */
export type ConfigFeed = {
  /**
   * Resolves when the version was read once. Calls `onChange` at once with that version and `*`, then after each change, within 1 s,
   * at worst 5.2 s. Throws `database_unavailable`.
   */
  start(onChange: (change: ConfigChange) => void): Promise<void>;
  stop(): Promise<void>;
  /** The newest version seen; 0 before the start. */
  version(): number;
  /** Ms since the version was last confirmed with the database. */
  stalenessMs(): number;
};

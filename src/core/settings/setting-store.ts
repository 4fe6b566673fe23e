import type { Settings } from "./settings";

/** Port: see its methods. */
export type SettingStore = {
  /** Stored settings only; the rest are defaults. */
  read(): Promise<Partial<Settings>>;
  write(patch: Partial<Settings>): Promise<void>;
};

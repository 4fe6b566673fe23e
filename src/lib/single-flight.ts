/** Runs one task per key at a time: who asks meanwhile shares its result. */
export type SingleFlight<Value> = {
  run(key: string, task: () => Promise<Value>): Promise<Value>;
  has(key: string): boolean;
  /** From now on nobody joins a task that is under way. */
  forget(): void;
  /** Tasks under way, forgotten ones included. */
  readonly running: number;
};

/** A single flight with nothing under way. */
export function createSingleFlight<Value>(): SingleFlight<Value> {
  const flights = new Map<string, Promise<Value>>();
  let running = 0;
  return {
    run(key, task) {
      const joined = flights.get(key);
      if (joined !== undefined) return joined;
      running++;
      const flight = task().finally(() => {
        running--;
        if (flights.get(key) === flight) flights.delete(key);
      });
      flights.set(key, flight);
      return flight;
    },
    has: (key) => flights.has(key),
    forget: () => flights.clear(),
    get running() {
      return running;
    },
  };
}

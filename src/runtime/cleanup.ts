/** What was started, to be stopped in reverse. */
export type Cleanup = {
  /** Notes how to undo the step that just succeeded. */
  add(undo: () => unknown): void;
  /** Undoes everything once, the last step first; a failure is passed to `onError` and does not stop the rest. */
  run(): Promise<void>;
};

/** An empty list of steps to undo. */
export function createCleanup(onError: (error: unknown) => void): Cleanup {
  const steps: (() => unknown)[] = [];
  return {
    add: (undo) => void steps.push(undo),
    async run() {
      for (let undo = steps.pop(); undo !== undefined; undo = steps.pop()) {
        try {
          await undo();
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}

/** What the person or the supervisor wants, from the first signal to the third (reliability-and-security.md 2.3). */
export type StopWishes = {
  /** First: stop. SIGINT comes from a terminal, where nobody waits for a balancer. */
  stop(signal: "SIGTERM" | "SIGINT"): void;
  /** Second: do not wait for running requests. */
  hurry(): void;
  /** Third: end at once. */
  quit(): void;
  /** SIGUSR2: tell the live state. */
  describe(): void;
};

/** Hears the signals of this process. The channel to a start script that was killed counts as SIGTERM. */
export function listenForStop(wishes: StopWishes): void {
  let count = 0;
  const on = (signal: "SIGTERM" | "SIGINT") => () => {
    count++;
    if (count === 1) wishes.stop(signal);
    else if (count === 2) wishes.hurry();
    else wishes.quit();
  };
  process.on("SIGTERM", on("SIGTERM"));
  process.on("SIGHUP", on("SIGTERM"));
  process.on("SIGINT", on("SIGINT"));
  process.on("SIGUSR2", () => wishes.describe());
  if (process.connected) process.once("disconnect", () => count === 0 && on("SIGTERM")());
}

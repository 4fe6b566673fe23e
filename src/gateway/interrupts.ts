/** What may end a running call from outside: its client left, its deadline passed, the process stops. */
export type Interrupt = "client_gone" | "deadline" | "shutdown";

/** The interrupts of one call. One listener at a time: whoever runs the call now. */
export type Interrupts = {
  /** False when nobody listens: the call is still being received. */
  raise(interrupt: Interrupt): boolean;
  has(interrupt: Interrupt): boolean;
  /** Hears every interrupt raised from now on; null stops that. */
  listen(listener: ((interrupt: Interrupt) => void) | null): void;
};

/** Interrupts of a call that just arrived. Cheaper than an AbortSignal, and it tells several reasons apart. */
export function callInterrupts(): Interrupts {
  return new CallInterrupts();
}

class CallInterrupts implements Interrupts {
  #raised: readonly Interrupt[] = NONE;
  #current: ((interrupt: Interrupt) => void) | null = null;

  raise(interrupt: Interrupt): boolean {
    if (!this.#raised.includes(interrupt)) {
      this.#raised = [...this.#raised, interrupt];
      this.#current?.(interrupt);
    }
    return this.#current !== null;
  }

  has(interrupt: Interrupt): boolean {
    return this.#raised.includes(interrupt);
  }

  listen(listener: ((interrupt: Interrupt) => void) | null): void {
    this.#current = listener;
  }
}

const NONE: readonly Interrupt[] = [];

import type { Services } from "./services";

/** The one global name of the process: server and pages are two module graphs, so a module-level variable would exist twice (N11). */
const SLOT = Symbol.for("sluice.services");
type Slot = { [SLOT]?: Services | undefined };

/** Puts the running services where the pages find them; null when they stop. */
export function setServices(services: Services | null): void {
  (globalThis as Slot)[SLOT] = services ?? undefined;
}

/** The running services, or null before the start and after the stop. */
export function findServices(): Services | null {
  return (globalThis as Slot)[SLOT] ?? null;
}

/** The running services. Throws when nothing has started them. */
export function getServices(): Services {
  const services = findServices();
  if (services === null) throw new Error("the services are not running");
  return services;
}

/** Next's start-up hook: starts the runtime when no custom server has done so before. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { start } = await import("@/runtime/start");
  const runtime = await start();
  runtime?.setPhase("serving");
}

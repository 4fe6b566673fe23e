import { AppError } from "@/core/errors";
import { type AdapterOptions, BODY_SILENCE_MS } from "./adapter-options";
import type { BodyIntake } from "./body-intake";

/** Reads the body of a web request. Rejects with body_too_large, body_timeout, overloaded, body_decode_failed, or when the client left. */
export async function readWebBody(request: Request, intake: BodyIntake, options: AdapterOptions): Promise<Uint8Array> {
  const room = intake.open();
  if (room !== null) await room;
  const reader = request.body?.getReader();
  if (reader === undefined) return intake.finish();
  let cancelSilence = () => {};
  try {
    for (;;) {
      const silence = new Promise<never>((_resolve, reject) => {
        cancelSilence = options.clock.after(options.bodySilenceMs ?? BODY_SILENCE_MS, () =>
          reject(new AppError("body_timeout")),
        );
      });
      const { done, value } = await Promise.race([reader.read(), silence]);
      cancelSilence();
      if (done) return await intake.finish();
      const wait = intake.add(value);
      if (wait !== null) await wait;
    }
  } catch (error) {
    cancelSilence();
    reader.cancel().then(ignore, ignore);
    throw error;
  }
}

function ignore(): void {}

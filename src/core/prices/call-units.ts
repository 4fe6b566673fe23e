import type { ImageVariant, TokenClass } from "./price";

/** What is counted besides tokens: images and their variant, code points of text to be spoken, audio that is listened to. */
export type CountedUnits = {
  readonly images: number;
  readonly imageVariant: ImageVariant;
  readonly characters: number;
  readonly audioMs: number;
};

/** What a call of such an operation asks for (quota.md Q32: images, speech and audio are estimated by their own fields). */
export type CallUnits = CountedUnits & {
  /** Class of the tokens that its reply consists of, where an upstream counts it in tokens. */
  readonly output: Extract<TokenClass, "output_text" | "output_image" | "output_audio">;
};

/** Nothing but tokens. */
export const NO_UNITS: CountedUnits = {
  images: 0,
  imageVariant: { size: null, quality: null },
  characters: 0,
  audioMs: 0,
};

/** A file of 128 kbit/s has so many bytes in a ms; longer ones are rare (protocols-and-pricing.md 6). */
const BYTES_PER_MS = 16;
/** Audio that is listened to gives about ten tokens a second. */
const MS_PER_AUDIO_TOKEN = 100;
const WORST_MS_PER_AUDIO_TOKEN = 50;
/** Tokens of speech per code point of the text: about fifteen code points and twenty tokens a second. */
const SPOKEN_TOKENS = 1.5;
const WORST_SPOKEN_TOKENS = 4;

/** Duration of an audio file whose bytes are all that is known, ms. */
export function audioMsOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_MS);
}

/** Tokens that audio of a duration may be counted as. */
export function audioTokens(audioMs: number, isWorst: boolean): number {
  return Math.ceil(audioMs / (isWorst ? WORST_MS_PER_AUDIO_TOKEN : MS_PER_AUDIO_TOKEN));
}

/** Tokens that a text of so many code points may be counted as once it is spoken. */
export function spokenTokens(characters: number, isWorst: boolean): number {
  return Math.ceil(characters * (isWorst ? WORST_SPOKEN_TOKENS : SPOKEN_TOKENS));
}

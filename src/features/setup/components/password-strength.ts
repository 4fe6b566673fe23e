/** How hard a password is to guess, as a word and as a level of 0..100. */
export type Strength = { readonly word: "weak" | "fair" | "good" | "strong"; readonly level: number };

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];

/** Judges by length and variety; a hint for people, the rule is the length of at least 12. */
export function passwordStrength(password: string): Strength {
  const different = new Set(password).size;
  const classes = CLASSES.filter((pattern) => pattern.test(password)).length;
  const points = Math.min(password.length, different * 2) + classes * 2;
  if (password.length < 12 || different < 6) return { word: "weak", level: Math.min(25, password.length * 2) };
  if (points < 18) return { word: "fair", level: 50 };
  return points < 26 ? { word: "good", level: 75 } : { word: "strong", level: 100 };
}

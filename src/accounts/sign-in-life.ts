/** An idle sign-in ends after a day, any sign-in after a week (SEC37). ms */
export const SIGN_IN_LIFE = { idleMs: 24 * 3_600_000, absoluteMs: 7 * 24 * 3_600_000 } as const;
/** How often the last use of a sign-in is written down, ms. */
export const TOUCH_MS = 5 * 60_000;

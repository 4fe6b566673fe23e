/** A catalogue price as pico-USD per unit; `isRounded` when it had more digits, which are rounded half up. */
export type PicoPrice = { readonly pico: bigint; readonly isRounded: boolean };

/**
 * Reads a number by its shortest decimal text, never by its binary value: 0.0375 with 6 digits is 37,500.
 * @param digits 6 for prices per million, 9 per thousand, 12 each
 */
export function picoOf(value: number, digits: number): PicoPrice {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`not a price: ${value}`);
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const shift = digits + Number(exponent) - fraction.length;
  const integer = BigInt(whole + fraction);
  if (shift >= 0) return { pico: integer * 10n ** BigInt(shift), isRounded: false };
  const divisor = 10n ** BigInt(-shift);
  return { pico: (2n * integer + divisor) / (2n * divisor), isRounded: integer % divisor !== 0n };
}

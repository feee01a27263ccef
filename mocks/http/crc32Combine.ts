/** x³² + … + 1 of CRC-32, its highest power left out, bits reversed. */
const POLYNOMIAL = 0xedb88320;
/** The polynomial 1, bits reversed. */
const ONE = 0x80000000;

/** a · b modulo the polynomial of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) !== 0 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}

/** x to the power 8 · 2ⁿ, for a length of up to 2³² bytes. */
const POWERS = Array.from({ length: 32 }, () => 0);
let power = ONE >>> 8;
for (let n = 0; n < POWERS.length; n++) {
  POWERS[n] = power;
  power = multiply(power, power);
}

/**
 * The CRC-32 of two runs of bytes, one behind the other, from the CRC-32 of each and the length of
 * the second, in time that depends on the digits of that length alone. It is `crc32_combine` of zlib
 * (Mark Adler, crc32.c, 1.2.12 on): where older releases multiplied matrices over GF(2), the powers
 * of x are multiplied as polynomials.
 */
export function crc32Combine(first: number, second: number, secondLength: number): number {
  let shift = ONE;
  for (let left = secondLength, n = 0; left > 0; left = Math.floor(left / 2), n++) {
    if (left % 2 === 1) shift = multiply(POWERS[n]!, shift);
  }
  return (multiply(shift, first) ^ second) >>> 0;
}

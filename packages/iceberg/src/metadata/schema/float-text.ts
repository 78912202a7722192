/** Returns the text of a floating-point number in JSON, always with a decimal point or an exponent: `1.0`, `1e+21`. */
export function floatText(value: number | bigint): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

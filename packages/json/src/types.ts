/**
 * A signed 64-bit integer in its one canonical form: a JavaScript number while `Number.isSafeInteger` holds, a
 * bigint beyond. One form per value means that `===`, `<` and `Map` keys work across the two types' border.
 */
export type Int64 = number | bigint

/** Any JSON value. Integers are exact ({@link Int64}); fractions and exponents are ordinary numbers. */
export type Json = null | boolean | Int64 | string | readonly Json[] | JsonObject

/** A JSON object. Members whose value is `undefined` are not written. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

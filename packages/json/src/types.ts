/**
 * A signed 64-bit integer in canonical form: a JavaScript number if `Number.isSafeInteger` is true for the number,
 * otherwise a bigint. Each value has exactly one form, so that `===`, `<` and keys of a `Map` work for both types.
 */
export type Int64 = number | bigint

/** Any JSON value. Integers are exact ({@link Int64}); numbers with a fraction or an exponent are JavaScript numbers. */
export type Json = null | boolean | Int64 | string | readonly Json[] | JsonObject

/** A JSON object. Members whose value is `undefined` are not written. */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

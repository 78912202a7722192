const REDACTED = '[redacted]'

/**
 * A value that logs, errors, JSON and `inspect` do not show. Only `reveal()` returns it.
 *
 * @example
 * ```ts
 * const password = new Secret('open sesame')
 * `${password}` // '[redacted]'
 * password.reveal() // 'open sesame'
 * ```
 */
export class Secret {
  static {
    // `console.log` and `inspect` call methods with these names in Node, Bun and Deno.
    for (const name of ['nodejs.util.inspect.custom', 'Deno.customInspect']) {
      Object.defineProperty(Secret.prototype, Symbol.for(name), { value: () => REDACTED })
    }
  }

  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** Returns the value. Call it only where the value is sent or used as a key. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }
}

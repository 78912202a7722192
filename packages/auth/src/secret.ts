const REDACTED = '[redacted]'

/**
 * A value that must not be seen: it shows itself in no log, no error, no JSON and no `inspect`, only to `reveal()`.
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
    // What `console.log` and `inspect` ask for in Node, Bun and Deno.
    for (const name of ['nodejs.util.inspect.custom', 'Deno.customInspect']) {
      Object.defineProperty(Secret.prototype, Symbol.for(name), { value: () => REDACTED })
    }
  }

  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself: call this where it goes onto the wire, and nowhere else. */
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

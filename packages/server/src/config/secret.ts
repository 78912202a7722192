import { inspect } from 'node:util'

const HIDDEN = '[secret]'

/** A text that must never be printed: whatever turns it into text or JSON gets `[secret]`. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Call it where it is used, and nowhere else. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN
  }

  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => HIDDEN })
  }
}

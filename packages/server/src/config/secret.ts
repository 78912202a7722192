import { inspect } from 'node:util'

const hidden = '[secret]'

/** Text that is never printed: conversions to a string and to JSON return `[secret]`. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** Returns the secret text. Call it only where the text is needed. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [Symbol.toPrimitive](): string {
    return hidden
  }

  static {
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => hidden })
  }
}

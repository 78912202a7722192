import { type JsonObject, stringify } from '@headgate/json'
import type { CompressedBody } from '../store/relations.ts'
import { deflatedEnd, storedEnd } from './gzip-splice.ts'

/** Minimum length in bytes of text that is deflated. Deflating shorter text saves nothing. */
const minDeflateBytes = 256

/**
 * Suffix of a JSON response body after the metadata text, in plain and compressed form. Each form is encoded once, on first
 * use.
 *
 * The suffix is deflated apart from the metadata: compression must not mix secret keys with text that another person can
 * choose, or the length of the response reveals the keys (BREACH, CVE-2013-3587).
 */
export class ResponseSuffix {
  readonly #fields: JsonObject | null
  #text: Buffer | undefined
  #compressed: CompressedBody | undefined

  /** @param fields fields after the metadata; null for a response without further fields */
  constructor(fields: JsonObject | null) {
    this.#fields = fields
  }

  get text(): Buffer {
    return (this.#text ??= this.#encode())
  }

  /** The text as the end of a gzip member. */
  get compressed(): CompressedBody {
    if (this.#compressed === undefined) {
      const text = this.#text ?? this.#encode()
      this.#compressed = text.length < minDeflateBytes ? storedEnd(text) : deflatedEnd(text)
    }
    return this.#compressed
  }

  #encode(): Buffer {
    return Buffer.from(this.#fields === null ? '}' : `,${stringify(this.#fields).slice(1)}`)
  }
}

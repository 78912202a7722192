import { type JsonObject, stringify } from '@headgate/json'
import type { CompressedText } from '../store/relations.ts'
import { deflatedEnd, storedEnd } from './gzip-splice.ts'

/** Minimum length in bytes of a text that is compressed. For a shorter text, compression saves no bytes. */
const minDeflateBytes = 256

/**
 * Part of a JSON response body after the metadata text, in plain and compressed form. Each form is encoded on first use
 * and cached.
 *
 * The suffix is compressed separately from the metadata. If secret keys were compressed together with text that another
 * person can choose, the length of the response would reveal the keys (BREACH, CVE-2013-3587).
 */
export class ResponseSuffix {
  readonly #fields: JsonObject | null
  #text: Buffer | undefined
  #compressed: CompressedText | undefined

  /** @param fields JSON members that follow the metadata. Null when no member follows */
  constructor(fields: JsonObject | null) {
    this.#fields = fields
  }

  get text(): Buffer {
    return (this.#text ??= this.#encode())
  }

  /** Compressed suffix, which is the last part of a gzip member. */
  get compressed(): CompressedText {
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

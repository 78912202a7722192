import { type JsonObject, stringify } from '@headgate/json'
import { deflatedEnd, storedEnd } from '../catalog/gzip-splice.ts'
import type { PackedBody } from '../store/relations.ts'

/** What a `LoadTableResult` says besides the metadata: `config`, and storage access when it is handed out. */
export type Beside = JsonObject & { readonly config: JsonObject }

/** Below this many bytes of text, deflating saves nothing. */
const worthDeflating = 256

/**
 * What follows the metadata text in an answer, to the end of the object; made once for all answers that end so, each form
 * when it is first sent.
 *
 * Keys are deflated apart from the metadata. Among them is only what nobody can choose who may not have the same keys: the
 * name of the table and its place. So the length of an answer tells nothing of them to who tries (BREACH, CVE-2013-3587).
 */
export class Ending {
  readonly #beside: Beside | null
  #text: Buffer | undefined
  #packed: PackedBody | undefined

  /** @param beside null: there is nothing besides the metadata, not even an empty `config` */
  constructor(beside: Beside | null) {
    this.#beside = beside
  }

  get text(): Buffer {
    return (this.#text ??= this.#written())
  }

  /** The same as the end of a gzip member. */
  get packed(): PackedBody {
    if (this.#packed === undefined) {
      const text = this.#text ?? this.#written()
      this.#packed = text.length < worthDeflating ? storedEnd(text) : deflatedEnd(text)
    }
    return this.#packed
  }

  #written(): Buffer {
    return Buffer.from(this.#beside === null ? '}' : `,${stringify(this.#beside).slice(1)}`)
  }
}

/** After a `CommitTableResponse`, which has the metadata only. */
export const nothingBeside: Ending = new Ending(null)

/** Nothing is handed out. */
export const emptyConfig: Ending = new Ending({ config: {} })

import { isHeadgateError } from '@headgate/errors'
import {
  applyTableUpdates,
  createTableMetadata,
  decodeRegisteredTable,
  decodeTableMetadata,
  decodeTableUpdate,
  encodeTableMetadata,
  stringifyTableMetadata,
} from '@headgate/iceberg/metadata'
import { decodeCreateTableRequest } from '@headgate/iceberg/rest'
import {
  applyViewUpdates,
  decodeRegisteredView,
  decodeViewMetadata,
  decodeViewUpdate,
  encodeViewMetadata,
} from '@headgate/iceberg/view'
import { parse, stringify, type Json, type JsonObject } from '@headgate/json'
import { fileBefore, commitTime, UUID, type Sequence } from './sequence.ts'

/**
 * Result of Headgate's metadata code for one input: the metadata document that the server would write, or the refusal.
 */
export type Outcome =
  | { readonly verdict: 'accepted'; readonly document: JsonObject; readonly changed: boolean }
  | { readonly verdict: 'refused' | 'stale' | 'crashed'; readonly message: string }

/** Parses a metadata document in the same way as the server. */
const parsed = (text: string): JsonObject =>
  parse(text, { maxDepth: 1000, keepNumberText: true }) as JsonObject

/**
 * Converts table metadata to text as the server writes it, and parses the text, because the server must be able to
 * read what it wrote.
 */
const writtenTable = (metadata: Parameters<typeof stringifyTableMetadata>[0]): JsonObject => {
  const document = parsed(stringifyTableMetadata(metadata))
  decodeAgain(() => decodeTableMetadata(document))
  return document
}

const writtenView = (metadata: Parameters<typeof encodeViewMetadata>[0]): JsonObject => {
  const document = parsed(stringify(encodeViewMetadata(metadata)))
  decodeAgain(() => decodeViewMetadata(document))
  return document
}

function decodeAgain(decode: () => void): void {
  try {
    decode()
  } catch (cause) {
    throw new Error(`the catalog cannot read the metadata that it wrote: ${toMessage(cause)}`, { cause })
  }
}

const toMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function outcome(action: () => { readonly document: JsonObject; readonly changed: boolean }): Outcome {
  try {
    return { verdict: 'accepted', ...action() }
  } catch (error) {
    const message = toMessage(error)
    if (!isHeadgateError(error)) return { verdict: 'crashed', message }
    return { verdict: error.code === 'commit-failed' ? 'stale' : 'refused', message }
  }
}

export function create(request: JsonObject): Outcome {
  return outcome(() => {
    const { location, schema, partitionSpec, writeOrder, properties } = decodeCreateTableRequest(request)
    const metadata = createTableMetadata({
      uuid: UUID,
      location: location ?? 's3://b/t',
      schema,
      ...(partitionSpec === undefined ? {} : { spec: partitionSpec }),
      ...(writeOrder === undefined ? {} : { order: writeOrder }),
      properties,
      now: commitTime(-1),
    })
    return { document: writtenTable(metadata), changed: true }
  })
}

export function commit(
  kind: Sequence['kind'],
  base: JsonObject | null,
  updates: readonly Json[],
  index: number,
): Outcome {
  const now = commitTime(index)
  return outcome(() => {
    if (kind === 'view') {
      const before = base === null ? null : decodeViewMetadata(base)
      const decoded = updates.map((update) => decodeViewUpdate(update))
      const { metadata, changed } = applyViewUpdates(before, decoded, { now })
      return { document: writtenView(metadata), changed }
    }
    const before = base === null ? null : decodeTableMetadata(base)
    const baseLocation = base === null ? null : fileBefore(index)
    const decoded = updates.map(decodeTableUpdate)
    const { metadata, changed } = applyTableUpdates(before, decoded, { now, baseLocation, uuid: UUID })
    return { document: writtenTable(metadata), changed }
  })
}

export function read(kind: Sequence['kind'], document: Json): Outcome {
  return outcome(() => {
    const written =
      kind === 'view'
        ? parsed(stringify(encodeViewMetadata(decodeRegisteredView(document))))
        : parsed(stringify(encodeTableMetadata(decodeRegisteredTable(document))))
    return { document: written, changed: true }
  })
}

import { decodeIfNoneMatch, decodeSnapshotMode, matchesEtag } from '@headgate/iceberg/rest'
import type { ServedBody } from '../catalog/body-cache.ts'
import { missingMetadataFile } from '../catalog/metadata-file.ts'
import type { Target } from '../catalog/target.ts'
import type { HandedOut } from '../credentials/hand-out.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { acceptsGzip, etagOf, metadataAnswer, notModified, packedMetadataAnswer } from './answers.ts'
import { warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'
import { endingOf, holdingOf, storageAccess } from './storage-access.ts'
import { findReadable } from './through-views.ts'

/** One query finds, authorises and fetches the table; its text is spliced into the answer as it was written. */
export function loadTable(parts: IcebergParts): Operation {
  return route('loadTable', async (call) => {
    const form = decodeSnapshotMode(call.query.get('snapshots') ?? undefined)
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    const { found, through } = await findReadable(parts, call, at, 'table', form)
    return answerRelation(parts, call, found, form, through)
  })
}

/** The answer to loading a relation that may be loaded; `through`: ids of the views that it is read through. */
export async function answerRelation(
  parts: IcebergParts,
  call: Call,
  target: Target,
  form: 'all' | 'refs',
  through: readonly string[] = [],
): Promise<Answer> {
  const { relation, warehouse } = target
  const location = relation.metadataLocation
  if (parts.verifyMetadataFiles && warehouse.storage.existsSync?.(location) === false)
    throw missingMetadataFile(location)
  const access =
    relation.kind === 'table' ? await storageAccess(parts, call, holdingOf(target, through)) : null
  const etag = (): string => etagOf(location, form, access?.tag)
  const condition = call.method === 'GET' ? call.header('if-none-match') : undefined
  if (condition !== undefined && matchesEtag(decodeIfNoneMatch(condition), etag())) return notModified(etag())
  const served = await parts.bodies.get(target, relation, form, target.held)
  if (acceptsGzip(call.header('accept-encoding'), served)) {
    return zipped.of(served, access, () => packedMetadataAnswer(location, served, endingOf(access), etag()))
  }
  const text = served.plain ?? (await parts.bodies.inflated(target, form, served))
  return plain.of(served, access, () =>
    metadataAnswer({ location, text, ending: endingOf(access), etag: etag() }),
  )
}

/**
 * Answers that are the same for everybody who is given the same storage access, which may be none, for as long as the
 * text they are made of is held. Of those with storage access the last one is remembered: whoever else is given another
 * has it made anew, so that one text holds two answers and not as many as it has readers.
 */
class Answers {
  readonly #bare = new WeakMap<ServedBody, Answer>()
  readonly #withAccess = new WeakMap<ServedBody, { readonly access: HandedOut; readonly answer: Answer }>()

  of(served: ServedBody, access: HandedOut | null, make: () => Answer): Answer {
    if (access === null) {
      let answer = this.#bare.get(served)
      if (answer === undefined) this.#bare.set(served, (answer = make()))
      return answer
    }
    const last = this.#withAccess.get(served)
    if (last?.access === access) return last.answer
    const answer = make()
    this.#withAccess.set(served, { access, answer })
    return answer
  }
}

const zipped = new Answers()
const plain = new Answers()

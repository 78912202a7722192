import { type BodyPlace, isHeld, type ServedBody } from '../catalog/body-cache.ts'
import type { StorageAccessResponse } from '../credentials/wire-form.ts'
import type { Answer } from '../http/operation.ts'
import type { MadeAnswer } from './answers.ts'
import type { IcebergParts } from './parts.ts'

/** A text that is being answered, and where it stands. */
export interface ServedAt {
  readonly place: BodyPlace
  readonly form: 'all' | 'refs'
  readonly served: ServedBody
  readonly encoding: 'plain' | 'packed'
}

interface Kept {
  bare?: MadeAnswer
  last?: MadeAnswer & { readonly access: StorageAccessResponse }
}

type KeptOf = Record<ServedAt['encoding'], Kept>

const keptOf = new WeakMap<ServedBody, KeptOf>()

/**
 * Answers that are the same for everybody who is given the same storage access, which may be none, for as long as the
 * text they are made of is held. Of those with storage access the last one is remembered: whoever else is given another
 * has it made anew, so that one text holds two answers of each encoding and not as many as it has readers.
 */
export function keptAnswer(
  { bodies }: Pick<IcebergParts, 'bodies'>,
  { place, form, served, encoding }: ServedAt,
  access: StorageAccessResponse | null,
  make: (isKept: boolean) => MadeAnswer,
): Answer {
  if (!isHeld(served)) return make(false).answer
  let all = keptOf.get(served)
  if (all === undefined) keptOf.set(served, (all = { plain: {}, packed: {} }))
  const kept = all[encoding]
  const { bare, last } = kept
  if (access === null && bare !== undefined) return bare.answer
  if (access !== null && last?.access === access) return last.answer
  const made = make(true)
  if (access === null) kept.bare = made
  else kept.last = { ...made, access }
  const [plain, packed] = [all.plain.bare?.text, all.packed.bare?.text]
  const bytes = bytesOf(all.plain) + bytesOf(all.packed) - (plain?.length ?? 0) - (packed?.length ?? 0)
  bodies.answered(place, form, served, { plain, packed, bytes })
  return made.answer
}

/** Large answers are not copied, so they hold nothing of their own that counts. */
function bytesOf({ bare, last }: Kept): number {
  return lengthOf(bare) + lengthOf(last)
}

function lengthOf(made: MadeAnswer | undefined): number {
  const body = made?.answer.body
  return body instanceof Uint8Array ? body.length : 0
}

import { type Json, type JsonObject, stringify } from '@headgate/json'

/** Part of the JSON text of a metadata document. */
export interface TextPiece {
  readonly text: string
  /**
   * Whether later versions of the table represent the same elements by the same `TextPiece` object. Callers can cache
   * results, such as the compressed text, by this object.
   */
  readonly lasting: boolean
}

/** Text of consecutive elements of a list, each followed by a comma. */
interface Run extends TextPiece {
  readonly elements: readonly Json[]
}

/**
 * Minimum length in characters of a complete run of list elements. Shorter runs compress worse. With longer runs,
 * more elements at the end of a list are processed again in each commit.
 */
const enough = 16 * 1024

/**
 * JSON texts of snapshots, schemas and other elements of lists. Elements are immutable, and a commit reuses most of them in
 * the next version, so that their texts are created once instead of in each commit.
 */
const texts = new WeakMap<object, string>()

/**
 * Complete runs of list elements, by the first element. The texts of elements in a complete run are removed from
 * `texts`.
 */
const runs = new WeakMap<object, Run>()

/**
 * Returns the text of a list between its brackets, in pieces. Elements are added at the end of a list and removed at
 * its beginning, so that most elements are the same in the next version. These elements are in lasting pieces. The
 * last element is never in a lasting piece, because no comma follows it.
 */
export function splitList(list: readonly Json[]): TextPiece[] {
  const pieces: TextPiece[] = []
  let from = 0
  let length = 0
  const closeLoose = (end: number): void => {
    if (end > from) pieces.push({ text: textBetween(list, from, end), lasting: false })
  }
  for (let at = 0; at < list.length;) {
    const known = knownRun(list, at)
    if (known !== undefined) {
      closeLoose(at)
      pieces.push(known)
      from = at += known.elements.length
      length = 0
      continue
    }
    length += stringifyElement(list[at]).length + 1
    at += 1
    if (length < enough || at === list.length) continue
    pieces.push(newRun(list, from, at))
    from = at
    length = 0
  }
  closeLoose(list.length)
  return pieces
}

function knownRun(list: readonly Json[], at: number): Run | undefined {
  const first = list[at]
  const run = isObject(first) ? runs.get(first) : undefined
  if (run === undefined || at + run.elements.length >= list.length) return undefined
  return run.elements.every((element, index) => element === list[at + index]) ? run : undefined
}

function newRun(list: readonly Json[], from: number, end: number): TextPiece {
  const elements = list.slice(from, end)
  const text = textBetween(list, from, end)
  const [first] = elements
  if (!isObject(first)) return { text, lasting: false }
  const run = { text, lasting: true, elements }
  runs.set(first, run)
  for (const element of elements) if (isObject(element)) texts.delete(element)
  return run
}

function textBetween(list: readonly Json[], from: number, end: number): string {
  const text = list.slice(from, end).map(stringifyElement).join(',')
  return end === list.length ? text : `${text},`
}

function stringifyElement(element: Json | undefined): string {
  if (!isObject(element)) return stringify(element ?? null)
  let text = texts.get(element)
  if (text === undefined) {
    text = stringify(element)
    texts.set(element, text)
  }
  return text
}

function isObject(value: Json | undefined): value is JsonObject | readonly Json[] {
  return typeof value === 'object' && value !== null
}

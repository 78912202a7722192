import { type Json, type JsonObject, stringify } from '@headgate/json'

/** A piece of a document's text. */
export interface TextPiece {
  readonly text: string
  /**
   * True when this very object stands for the same elements in every version of the table that has them: whatever is made of
   * the text can be kept with it.
   */
  readonly lasting: boolean
}

/** Elements of a list that follow one another, with the comma after each. */
interface Run extends TextPiece {
  readonly elements: readonly Json[]
}

/**
 * Characters from which on a run is closed. Shorter ones would compress less well, longer ones leave more at the end of a
 * list to be done with each commit.
 */
const enough = 16 * 1024

/**
 * Texts of snapshots, schemas and all other elements of a table's lists. They are values that never change, and a commit
 * carries most of them over to the next version: their text is made once, not with each commit.
 */
const texts = new WeakMap<object, string>()

/** Closed runs by their first element. What stands in one has no text of its own any more. */
const runs = new WeakMap<object, Run>()

/**
 * The text of a list between its brackets. Lists grow at their end, and lose elements at their beginning: long stretches
 * of them are the same from version to version, and come as lasting pieces. The last element is in none, as no comma
 * follows it.
 */
export function piecesOfList(list: readonly Json[]): TextPiece[] {
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
    length += textOf(list[at]).length + 1
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
  const text = list.slice(from, end).map(textOf).join(',')
  return end === list.length ? text : `${text},`
}

function textOf(element: Json | undefined): string {
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

/** Position of a member of an object, or of an element of an array, in a JSON text. */
export interface Place {
  /** Name of the member. Undefined for an element of an array. */
  readonly key: string | undefined
  readonly start: number
  readonly valueStart: number
  readonly end: number
}

const space = /[ \t\r\n]/

/**
 * Returns the positions of the members of an object, or of the elements of an array, in a text that `JSON.parse` has
 * accepted.
 *
 * @param text JSON text of one object or array, without white space around it
 */
export function placesIn(text: string): Place[] {
  const places: Place[] = []
  const named = text[0] === '{'
  let at = skipSpace(text, 1)
  while (at < text.length - 1) {
    const start = at
    let key: string | undefined
    if (named) {
      at = skipValue(text, at)
      key = JSON.parse(text.slice(start, at)) as string
      at = skipSpace(text, skipSpace(text, at) + 1)
    }
    const valueStart = at
    at = skipValue(text, at)
    places.push({ key, start, valueStart, end: at })
    at = skipSpace(text, at)
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return places
}

/**
 * Replaces values in the JSON text of an object or array. `change` returns the new text of a value, or undefined to
 * remove the member or element. The text of unchanged values stays the same.
 */
export function spliceValues(
  text: string,
  change: (value: string, key: string | undefined) => string | undefined,
): string {
  const places = placesIn(text)
  const kept = places.flatMap(({ key, start, valueStart, end }) => {
    const value = text.slice(valueStart, end)
    const next = change(value, key)
    return next === undefined ? [] : [{ written: text.slice(start, valueStart) + next, same: next === value }]
  })
  if (kept.length === places.length && kept.every(({ same }) => same)) return text
  return `${text[0]}${kept.map(({ written }) => written).join(',')}${text.at(-1)}`
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (space.test(text[at] ?? '')) at++
  return at
}

/** Returns the offset of the first character after the value that starts at `from`. */
function skipValue(text: string, from: number): number {
  let depth = 0
  let at = from
  do {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    if (character !== '"') at++
    if (depth === 0 && /[,\]}: \t\r\n]/.test(text[at] ?? ',')) return at
  } while (at < text.length)
  return at
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

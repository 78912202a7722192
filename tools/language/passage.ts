/** Kind of a text in a file, such as a comment or a string. Each rule names the kinds that it applies to. */
export type PassageKind =
  'docstring' | 'description' | 'comment' | 'string' | 'title' | 'heading' | 'cell' | 'paragraph' | 'subject'

/**
 * Continuous text of a file, which begins at the offset `start`. Characters that are not prose are masked and not
 * removed, so that an offset in `text` plus `start` is the offset in the file.
 */
export interface Passage {
  readonly kind: PassageKind
  readonly start: number
  readonly text: string
}

/** Sentence of a passage, with collapsed white space. `start` and `end` are offsets in the file. */
export interface Sentence {
  readonly text: string
  readonly start: number
  readonly end: number
}

/**
 * Character that separates paragraphs in masked text. It is one character long, so that it can replace any other
 * character without changing offsets.
 */
export const paragraphBreak = '\u2029'

const boundary = /\u2029|\n[ \t]*\n|(?<=[.!?…][)"'’”`]*)\s+(?=["'“(`]*[\p{Lu}\d`])/gu
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|ca|no|[A-Z])\.$/i

/** Splits a passage into sentences. A paragraph without a full stop counts as one sentence. */
export function* splitSentences({ text, start }: Passage): Generator<Sentence> {
  let from = 0
  const sentence = (to: number): Sentence | null => {
    const raw = text.slice(from, to)
    const inner = raw.trim()
    if (!/\p{L}/u.test(inner)) return null
    const begin = start + from + raw.length - raw.trimStart().length
    return { text: inner.replaceAll(/\s+/g, ' '), start: begin, end: begin + inner.length }
  }
  for (const match of text.matchAll(boundary)) {
    const isParagraph = match[0].includes(paragraphBreak) || /\n[ \t]*\n/.test(match[0])
    if (!isParagraph && abbreviation.test(text.slice(from, match.index))) continue
    const found = sentence(match.index)
    if (found !== null) yield found
    from = match.index + match[0].length
  }
  const last = sentence(text.length)
  if (last !== null) yield last
}

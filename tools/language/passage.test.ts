import { expect, it } from 'vitest'
import { paragraphBreak, splitSentences } from './passage.ts'

const sentences = (text: string): string[] =>
  [...splitSentences({ kind: 'comment', start: 0, text })].map((sentence) => sentence.text)

it('a full stop before a capital letter ends a sentence', () => {
  expect(sentences('It reads a row. Then it writes (once). "Then" it ends.')).toEqual([
    'It reads a row.',
    'Then it writes (once).',
    '"Then" it ends.',
  ])
})

it('an abbreviation does not end a sentence', () => {
  expect(sentences('A server, e.g. PostgreSQL, or no. 5 of a list. It starts.')).toEqual([
    'A server, e.g. PostgreSQL, or no. 5 of a list.',
    'It starts.',
  ])
})

it('a line break does not end a sentence, and an empty line does', () => {
  expect(sentences('One sentence\non two lines\n \nanother one')).toEqual([
    'One sentence on two lines',
    'another one',
  ])
})

it('a paragraph break ends a sentence', () => {
  expect(sentences(`first cell${paragraphBreak}second cell`)).toEqual(['first cell', 'second cell'])
})

it('text without letters is not a sentence', () => {
  expect(sentences('--- 12 ---')).toEqual([])
})

it('splitSentences yields the offsets of a sentence in the file', () => {
  const text = '  First one.\n  Second one.  '
  const [, second] = splitSentences({ kind: 'comment', start: 100, text })
  expect(second).toMatchObject({ start: 115, end: 126 })
})

import { describe, expect, it } from 'vitest'
import type { PassageKind } from './passage.ts'
import { splitSentences } from './passage.ts'
import { readTypeScript } from './read-typescript.ts'

const read = (source: string): [PassageKind, ...string[]][] =>
  [...readTypeScript('file.ts', source)].map((passage) => [
    passage.kind,
    ...splitSentences(passage).map(({ text }) => text),
  ])

describe('comments', () => {
  it('readTypeScript yields line comments on successive lines as one passage', () => {
    expect(read('// The first line\n// and the second.\n\n// Another comment.\nf()')).toEqual([
      ['comment', 'The first line and the second.'],
      ['comment', 'Another comment.'],
    ])
  })

  it('readTypeScript yields the docstring of a type as a description', () => {
    expect(read('/** A row. */\nexport interface Row {\n  /** Its id. */\n  id: string\n}')).toEqual([
      ['description', 'A row.'],
      ['description', 'Its id.'],
    ])
  })

  it.each([
    'export function f() {}',
    'export async function f() {}',
    'function f() {}',
    'export const f = () => 1',
    'const f = async function () {}',
    'export declare function f(): void',
    'class A {\n  /** Returns it. */\n  async f() {}\n}',
    'class A {\n  /** Returns it. */\n  readonly f = () => 1\n}',
    'abstract class A {\n  /** Returns it. */\n  abstract f(): void\n}',
    'interface A {\n  /** Returns it. */\n  f(): void\n}',
    'const a = {\n  /** Returns it. */\n  f() {},\n}',
    'const a = {\n  /** Returns it. */\n  f: () => 1,\n}',
    '// A comment between.\nfunction f() {}',
  ])('readTypeScript finds the docstring of a function: %s', (code) => {
    const source = code.includes('/**') ? code : `/** Returns it. */\n${code}`
    expect(read(source)).toContainEqual(['docstring', 'Returns it.'])
  })

  it.each(['const limit = 5', 'class A {\n  get size() {\n    return 1\n  }\n}', 'type A = () => void'])(
    'readTypeScript yields the docstring of a constant, getter or type as a description: %s',
    (code) => {
      expect(read(`/** Number of rows. */\n${code}`)).toEqual([['description', 'Number of rows.']])
    },
  )

  it('readTypeScript splits the text of tags into separate sentences without the tag names, and omits examples', () => {
    const source = `/**
 * Opens the file. It stays open.
 *
 * @param path of the file
 * @returns {Promise<void>} a handle
 * @throws {Error} when the disk is full
 * @example
 * \`\`\`ts
 * open('hidden text here')
 * \`\`\`
 */
type F = 1`
    expect(read(source)).toEqual([
      [
        'description',
        'Opens the file.',
        'It stays open.',
        'of the file',
        'a handle',
        'when the disk is full',
      ],
    ])
  })

  it('readTypeScript masks inline code, quotations, URLs and links as one word each', () => {
    const [[, sentence = ''] = []] = read(
      '// Reads `code`, "quotation", {@link Name} and https://hidden.example/a.b.\n',
    )
    expect(sentence.replaceAll(/x+/g, 'x')).toBe('Reads x, x, x and x.')
  })

  it('readTypeScript omits directives of tools, such as oxlint-disable', () => {
    expect(read('// oxlint-disable-next-line no-console\n// @ts-expect-error hidden text\nf()')).toEqual([])
  })
})

describe('strings', () => {
  it('readTypeScript yields only strings of at least three words', () => {
    expect(read(`f('two words', 'a: b', 'three words here', "it's three words")`)).toEqual([
      ['string', 'three words here'],
      ['string', "it's three words"],
    ])
  })

  it('readTypeScript masks an expression in a template string as one word', () => {
    expect(read('f(`Cannot read ${rows.map((row) => `${row}`)} of the file.`)')).toEqual([
      ['string', expect.stringMatching(/^Cannot read x+ of the file\.$/)],
    ])
  })

  it('an escaped line break in a string ends a sentence', () => {
    expect(read(`f('first line of text\\nsecond line of text')`)).toEqual([
      ['string', 'first line of text', 'second line of text'],
    ])
  })

  it.each(["it('reads the row', f)", "test('reads the row', f)", "it.each([])('reads the row', f)"])(
    'readTypeScript finds the title of a test: %s',
    (code) => {
      expect(read(code)).toEqual([['title', 'reads the row']])
    },
  )

  it('readTypeScript yields only the comments of a string that contains SQL', () => {
    expect(
      read(
        'const sql = `\n-- The index serves\n-- the list.\ncreate index hidden on hidden (a); -- Last comment.\n`',
      ),
    ).toEqual([
      ['comment', 'The index serves the list.'],
      ['comment', 'Last comment.'],
    ])
    expect(read("const sql = 'select a from hidden where b = $1'")).toEqual([])
  })
})

it('readTypeScript yields the offsets of a passage in the file', () => {
  const source = 'const a = 1\n/**\n * First sentence.\n * Second sentence.\n */\ntype A = 1\n'
  const [passage] = readTypeScript('file.ts', source)
  const [, second] = passage === undefined ? [] : splitSentences(passage)
  expect(source.slice(second?.start, second?.end)).toBe('Second sentence.')
})

it('readTypeScript throws an error when it cannot parse the file', () => {
  expect(() => [...readTypeScript('file.ts', 'const = 1')]).toThrow(/Cannot parse file\.ts: /)
})

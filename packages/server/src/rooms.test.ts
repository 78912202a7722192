import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const source = import.meta.dirname
const rooms = readdirSync(source, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
/** `start` may call everything, `faults` is for tests alone. */
const held = rooms.filter((room) => room !== 'start' && room !== 'faults')

interface Override {
  readonly files: readonly string[]
  readonly rules: { readonly 'no-restricted-imports'?: readonly unknown[] | string }
}

const linter = JSON.parse(readFileSync(join(source, '../../../.oxlintrc.json'), 'utf8')) as {
  readonly overrides: readonly Override[]
}

describe.each(held)('%s calls the same rooms in words and by the linter', (room) => {
  const patterns = patternsOf(room)

  test('its README names those that the linter allows', () => {
    expect(namedIn(room)).toEqual(allowedBy(patterns, '../'))
  })

  test('files in its folders may call the same ones', () => {
    expect(allowedBy(patterns, '../../')).toEqual(allowedBy(patterns, '../'))
  })

  test('the linter forbids all others, and says who may be called', () => {
    expect(patterns.group.slice(0, 2)).toEqual(['../*/**', '../../*/**'])
    const list = /may call: (.*) \(see/.exec(patterns.message)?.[1] ?? ''
    const said = list === 'nobody' ? [] : list.split(', ')
    expect(said.toSorted()).toEqual(allowedBy(patterns, '../'))
  })
})

interface Patterns {
  readonly group: readonly string[]
  readonly message: string
}

function patternsOf(room: string): Patterns {
  const files = `packages/server/src/${room}/**/*.ts`
  const rule = linter.overrides.find((override) => override.files.includes(files))?.rules[
    'no-restricted-imports'
  ]
  if (typeof rule !== 'object') throw new Error(`.oxlintrc.json does not say what ${room} may call`)
  const [, options] = rule as readonly [string, { readonly patterns: readonly [Patterns] }]
  return options.patterns[0]
}

function allowedBy({ group }: Patterns, way: '../' | '../../'): readonly string[] {
  return rooms.filter((room) => group.includes(`!${way}${room}/**`)).toSorted()
}

/** The rooms, or files of rooms, that stand in backticks between "may call" and what must never be there. */
function namedIn(room: string): readonly string[] {
  const text = readFileSync(join(source, room, 'README.md'), 'utf8')
  const sentence = /may call\b([^]*?)(?:never\s+(?:be\s+)?here|\n\n)/i.exec(text)?.[1] ?? ''
  const words = [...sentence.matchAll(/`([^`]*)`/g)].map(([, word = '']) => word.split('/')[0] ?? '')
  return rooms.filter((name) => words.includes(name)).toSorted()
}

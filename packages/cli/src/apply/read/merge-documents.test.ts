import { describe, expect, it } from 'vitest'
import { mergeDocuments } from './merge-documents.ts'
import { parseDocuments } from './parse-document.ts'
import type { SourceDocument } from './read-documents.ts'

const sources = (...texts: readonly string[]): readonly SourceDocument[] =>
  texts.flatMap((text, index) =>
    parseDocuments(`version: 1\n${text}`, `${index}.yaml`).map((each) => ({ ...each, folder: '/' })),
  )

describe('mergeDocuments', () => {
  it('mergeDocuments merges grants on one object to one grantee, and replaces bundles by privileges', () => {
    const grants = (privileges: string, on = 'namespace:w/a'): string =>
      `grants: [{on: '${on}', to: "role:r", privileges: [${privileges}]}]`
    const merged = mergeDocuments(
      sources(
        grants('reader'),
        grants('writer, select'),
        grants('writer', 'table:w/a.t'),
        grants('use', 'namespace:w/"a"'),
      ),
    )
    expect(merged.grants).toMatchObject([
      {
        on: { warehouse: 'w', namespace: ['a'] },
        to: { role: 'r' },
        privileges: ['select', 'modify', 'create', 'use'],
      },
      { on: { warehouse: 'w', namespace: ['a'], relation: 't' }, privileges: ['modify'] },
    ])
  })

  it('mergeDocuments merges one restricted grant of select with other privileges, and refuses a second one', () => {
    const grants = (entry: string): string => `grants: [{on: server, to: "role:r", ${entry}}]`
    const restricted = grants(`privileges: [reader], rows: "a = 1", columns: [a, b]`)
    const merged = mergeDocuments(sources(grants('privileges: [use]'), restricted))
    expect(merged.grants).toMatchObject([
      { privileges: ['use'], restriction: { rows: 'a = 1', columns: ['a', 'b'] } },
    ])
    const second = grants('privileges: [select], columns: [a]')
    expect(() => mergeDocuments(sources(restricted, second))).toThrow(
      /more than once: at 0\.yaml:2 and 1\.yaml:2/,
    )
    expect(() => sources(grants('privileges: [select, use], columns: [a]'))).toThrow('restrict only select')
  })

  it('mergeDocuments splits the name of a namespace into the warehouse and the levels', () => {
    const { namespaces } = mergeDocuments(sources(`namespaces: [{name: 'w/a."b.c"'}]`))
    expect(namespaces).toMatchObject([{ warehouse: 'w', levels: ['a', 'b.c'], source: { at: '0.yaml:2' } }])
  })

  it('mergeDocuments refuses an object that is in two documents, even if its name is quoted differently', () => {
    const twice = sources(
      `namespaces: [{name: 'w/a'}]`,
      `namespaces: [{name: 'w/"a"'}]\nroles: [{name: r}]`,
      'roles: [{name: r}]',
    )
    expect(() => mergeDocuments(twice)).toThrow(
      /roles: r is at 1\.yaml:3 and 2\.yaml:2\nnamespaces: namespace:w\/a is at 0\.yaml:2 and 1\.yaml:2/,
    )
  })
})

import { describe, expect, it } from 'vitest'
import { CliError } from '../../cli-error.ts'
import { parseDocuments } from './parse-document.ts'

/** Parses a text that must be refused, and returns the message of the error. */
function refusal(text: string): string {
  try {
    parseDocuments(text, 'state.yaml')
  } catch (error) {
    if (error instanceof CliError && error.exitCode === 2) return error.message
    throw error
  }
  throw new Error('the text was accepted')
}

describe('parseDocuments', () => {
  it('parseDocuments parses YAML, JSON, and several documents in one file', () => {
    const json = JSON.stringify({ version: 1, roles: [{ name: 'a' }] }, null, 2)
    expect(parseDocuments(json, 'x').map(({ document }) => document)).toEqual([
      { version: 1, roles: [{ name: 'a' }] },
    ])
    const yaml = '# comment\nversion: 1\nroles:\n  - name: a\n---\nversion: 1\n---\n'
    expect(parseDocuments(yaml, 'x').map(({ document }) => document)).toEqual([
      { version: 1, roles: [{ name: 'a' }] },
      { version: 1 },
    ])
  })

  it('parseDocuments returns the line of each entry', () => {
    const [parsed] = parseDocuments('version: 1\nroles:\n  - name: a\n  - name: b\n', 'state.yaml')
    expect(parsed?.locate(['roles', 1])).toBe('state.yaml:4')
    expect(parsed?.locate(['roles', 1, 'members', 0])).toBe('state.yaml:4')
  })

  it.each([
    ['', 'state.yaml: contains no document'],
    ['version: 2', 'state.yaml:1: version: must be 1'],
    ['roles: []', 'state.yaml:1: version: must be 1'],
    ['version: 1\nrole: []', 'Unrecognized key: "role"'],
    ['version: 1\nroles:\n  - name: a\n    name: b', 'Map keys must be unique'],
    ['version: 1\nroles: [', 'state.yaml:2: '],
    [
      'version: 1\nroles:\n  - name: a\n    members: [etl]',
      'state.yaml:4: roles[0].members[0]: must be written as principal:NAME',
    ],
    [
      'version: 1\ngrants:\n  - {on: "namespace:sales", to: "role:a", privileges: [use]}',
      'state.yaml:3: grants[0].on: must be written as',
    ],
    ['version: 1\ngrants:\n  - {on: "table:w/sales", to: "role:a", privileges: [use]}', 'has no namespace'],
    [
      'version: 1\ngrants:\n  - {on: server, to: "role:a", privileges: [read]}',
      'state.yaml:3: grants[0].privileges[0]: Invalid option',
    ],
    [
      'version: 1\nnamespaces:\n  - name: w/a\n    properties: {n: 5}',
      'state.yaml:4: namespaces[0].properties.n: must be text: enclose it in quotes',
    ],
    ['version: 1\nprincipals:\n  - {name: a, secret: abc}', 'must be {env: NAME} or {file: PATH}'],
    ['version: 1\nprincipals:\n  - {name: "https://i#u", secret: {env: A}}', 'is a user of another issuer'],
    ['version: 1\nprincipals:\n  - {name: a, keys: [{kty: EC, d: x}]}', 'private or symmetric key'],
    ['version: 1\nwarehouses:\n  - {name: w, storage: {bucket: b}}', 'needs type: s3 or type: file'],
    [
      'version: 1\nwarehouses:\n  - {name: w, storage: {type: s3, bucket: b, secretAccessKey: abc}}',
      'must be {env: NAME} or {file: PATH}',
    ],
    [
      'version: 1\nwarehouses:\n  - {name: w, storage: {type: s3, bucket: b, accessKeyId: a}}',
      'needs accessKeyId and secretAccessKey',
    ],
    [
      'version: 1\nwarehouses:\n  - {name: w, vending: {mode: gateway, roleArn: x}}',
      'Unrecognized key: "roleArn"',
    ],
  ])('parseDocuments refuses the document %j with an error that contains %j', (text, message) => {
    expect(refusal(text)).toContain(message)
  })

  it('parseDocuments refuses aliases that expand to a large document', () => {
    const lines = Array.from(
      { length: 12 },
      (_, index) => `  a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}]`,
    )
    expect(refusal(`version: 1\nroles:\n  a0: &a0 x\n${lines.join('\n')}`)).toContain('alias')
  })

  it('parseDocuments does not repeat values in its errors, because they can be secrets', () => {
    expect(refusal('version: 1\nprincipals:\n  - {name: a, secret: "hunter2}\n')).not.toContain('hunter')
    const message = refusal(
      'version: 1\nprincipals:\n  - {name: a, secret: {env: "hunter 2", file: "hunter 3"}}',
    )
    expect(message).not.toContain('hunter')
  })
})

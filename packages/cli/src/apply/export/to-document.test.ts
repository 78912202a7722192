import { describe, expect, it } from 'vitest'
import type { Grant, Principal } from '../../management/generated/schemas.ts'
import { parseDocuments } from '../read/parse-document.ts'
import { formatDocument } from './format-document.ts'
import type { ServerSnapshot } from './server-snapshot.ts'
import { toDocument } from './to-document.ts'

const at = '2026-01-01T00:00:00.000Z'
const empty: ServerSnapshot = {
  principals: [],
  roles: [],
  warehouses: [],
  namespaces: [],
  engines: [],
  grants: [],
  principalNames: new Map([
    ['p1', 'etl'],
    ['p2', 'https://idp#u'],
  ]),
}
const principal = (issuer: string, subject: string, name = subject): Principal => ({
  id: subject,
  issuer,
  subject,
  name,
  kind: 'service',
  enabled: true,
  createdAt: at,
})
const grant = (values: Partial<Grant>): Grant => ({
  privilege: 'use',
  on: 'server',
  to: { kind: 'principal', id: 'p1', name: 'etl' },
  grantedAt: at,
  ...values,
})

describe('toDocument', () => {
  it('the export names principals by client id or by issuer and subject, and uses a separate variable for each secret', () => {
    const credentials = { hasSecret: true, keys: [], federations: [] }
    const principals = [
      { principal: principal('headgate', 'a.b'), ...credentials },
      { principal: principal('headgate', 'a-b'), ...credentials },
      { principal: principal('https://idp', 'u', 'Ann'), ...credentials, hasSecret: false },
    ]
    expect(toDocument({ ...empty, principals })).toEqual({
      document: {
        version: 1,
        principals: [
          { name: 'a-b', secret: { env: 'CLIENT_SECRET_A_B_2' } },
          { name: 'a.b', secret: { env: 'CLIENT_SECRET_A_B' } },
          { name: 'https://idp#u', displayName: 'Ann' },
        ],
      },
      secrets: [
        { env: 'CLIENT_SECRET_A_B', description: 'client secret of a.b' },
        { env: 'CLIENT_SECRET_A_B_2', description: 'client secret of a-b' },
      ],
    })
  })

  it('the export contains one entry for all grants on an object to a grantee, and no grants on deleted or dropped objects', () => {
    const table = { warehouse: 'w', namespace: ['a.b'], relation: 't' }
    const grants = [
      grant({ privilege: 'manage', on: table }),
      grant({ privilege: 'select', on: table }),
      grant({ on: null }),
      grant({ on: table, dropped: true }),
      grant({ to: { kind: 'principal', id: 'gone', name: null } }),
      grant({ to: { kind: 'principal', id: 'p2', name: 'Ann' } }),
      grant({ to: { kind: 'group', id: 'g', name: 'https://idp#team', issuerConfigured: false } }),
    ]
    expect(toDocument({ ...empty, grants }).document.grants).toEqual([
      { on: 'server', to: 'group:https://idp#team', privileges: ['use'] },
      { on: 'server', to: 'principal:https://idp#u', privileges: ['use'] },
      { on: 'table:w/"a.b".t', to: 'principal:etl', privileges: ['select', 'manage'] },
    ])
  })

  it('the export contains each restricted grant of select in a separate entry', () => {
    const grants = [
      grant({ privilege: 'select' }),
      grant({ privilege: 'use' }),
      grant({ privilege: 'select', restriction: { rows: "region = 'eu'", columns: null } }),
      grant({
        privilege: 'select',
        to: { kind: 'principal', id: 'p2', name: 'Ann' },
        restriction: { rows: null, columns: ['id'] },
      }),
    ]
    const exported = toDocument({ ...empty, grants })
    expect(exported.document.grants).toEqual([
      { on: 'server', to: 'principal:etl', privileges: ['select'], rows: "region = 'eu'" },
      { on: 'server', to: 'principal:etl', privileges: ['use', 'select'] },
      { on: 'server', to: 'principal:https://idp#u', privileges: ['select'], columns: ['id'] },
    ])
    expect(parseDocuments(formatDocument(exported), 'x')[0]?.document).toEqual(exported.document)
  })

  it('the export is YAML that parses to the same document, even if names look like comments', () => {
    const roles = [{ role: { id: 'r', name: 'on: # "x"', system: false, createdAt: at }, members: [] }]
    const principals = [
      { principal: principal('headgate', 'a\nversion: 2'), hasSecret: true, keys: [], federations: [] },
    ]
    const exported = toDocument({ ...empty, roles, principals })
    const text = formatDocument(exported)
    expect(parseDocuments(text, 'x')[0]?.document).toEqual(exported.document)
    expect(text).toContain('#   CLIENT_SECRET_A_VERSION_2: client secret of a version: 2\n')
  })
})

import { tablePath } from '../../refresh/catalog-client.ts'
import { createBody } from '../../refresh/table-requests.ts'
import { bearer } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import { send } from '../slots.ts'

export const beyondLimits: Suite = {
  name: 'beyond-limits',
  about:
    'requests of the read-only engine for Alice: writes, administration, Bob’s table, use of the engine’s own grants',
  async attack(fixture, random) {
    const { catalog, namespace, tokens } = fixture
    const own = tablePath(catalog, namespace, 'alices')
    const bobs = tablePath(catalog, namespace, 'bobs')
    const root = `${catalog.root}namespaces`
    const property = { requirements: [], updates: [{ action: 'set-properties', updates: { a: 'b' } }] }
    const [what, method, path, body] = random.pick<readonly [string, string, string, unknown?]>([
      ['a commit to her table', 'POST', own, property],
      ['a drop of her table', 'DELETE', own],
      ['a drop with purge', 'DELETE', `${own}?purgeRequested=true`],
      ['a load of Bob’s table', 'GET', bobs],
      ['a look at Bob’s table', 'HEAD', bobs],
      ['a commit to Bob’s table', 'POST', bobs, property],
      ['keys of Bob’s table', 'GET', `${bobs}/credentials`],
      ['a table', 'POST', `${root}/${namespace[0]}/tables`, createBody(`t${fixture.count()}`)],
      ['a namespace', 'POST', root, { namespace: [`x${fixture.count()}`] }],
      [
        'a rename',
        'POST',
        `${catalog.root}tables/rename`,
        { source: { namespace, name: 'alices' }, destination: { namespace, name: 'mine' } },
      ],
      [
        'a transaction',
        'POST',
        `${catalog.root}transactions/commit`,
        { 'table-changes': [{ identifier: { namespace, name: 'alices' }, ...property }] },
      ],
      [
        'a grant',
        'POST',
        'management/v1/grants',
        { privilege: 'manage', on: {}, to: { principal: fixture.clients.mallory.name } },
      ],
      ['the principals', 'GET', 'management/v1/principals'],
      [
        'an engine’s entry',
        'PATCH',
        `management/v1/engines/${fixture.clients.trino.name}`,
        { privileges: null },
      ],
      ['a secret of the engine', 'POST', `management/v1/principals/${fixture.clients.trino.name}/secrets`],
      ['keys of the server', 'GET', 'management/v1/keys'],
    ])
    return { what, seen: [await send(fixture, method, path, bearer(tokens.aliceByTrino), body)] }
  },
}

import { tablePath } from '../../refresh/catalog-client.ts'
import { createBody } from '../../refresh/table-requests.ts'
import { bearer } from '../../identity/token-endpoint.ts'
import type { Family } from '../family.ts'
import { send } from '../slots.ts'

export const beyondLimits: Family = {
  name: 'beyond-limits',
  about:
    'Alice behind an engine that may read only: writing, administering, Bob’s table, what the engine itself was given',
  async attack(scene, random) {
    const { catalog, namespace, tokens } = scene
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
      ['a table', 'POST', `${root}/${namespace[0]}/tables`, createBody(`t${scene.count()}`)],
      ['a namespace', 'POST', root, { namespace: [`x${scene.count()}`] }],
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
        { privilege: 'manage', on: {}, to: { principal: scene.clients.mallory.name } },
      ],
      ['the principals', 'GET', 'management/v1/principals'],
      [
        'an engine’s entry',
        'PATCH',
        `management/v1/engines/${scene.clients.trino.name}`,
        { privileges: null },
      ],
      ['a secret of the engine', 'POST', `management/v1/principals/${scene.clients.trino.name}/secrets`],
      ['keys of the server', 'GET', 'management/v1/keys'],
    ])
    return { what, seen: [await send(scene, method, path, bearer(tokens.aliceByTrino), body)] }
  },
}

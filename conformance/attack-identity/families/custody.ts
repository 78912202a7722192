import { bearer } from '../../identity/token-endpoint.ts'
import type { Family } from '../family.ts'
import type { Scene } from '../scene.ts'
import { send } from '../slots.ts'
import { specialEndpoint } from './special-endpoint.ts'

const settings = (scene: Scene): string => `management/v1/warehouses/${scene.warehouse}`

const stewards: Family = {
  name: 'canary-steward',
  about: 'who manages a warehouse sees its settings, keeps its retention and asks who was granted what',
  legitimate: true,
  async attack(scene, random) {
    const on = { warehouse: scene.warehouse }
    const [what, method, path, body] = random.pick<readonly [string, string, string, unknown?]>([
      ['the settings', 'GET', settings(scene)],
      ['the retention', 'PATCH', settings(scene), { retentionSeconds: random.int(60) + 86_400 }],
      ['the grants', 'GET', `management/v1/grants?warehouse=${scene.warehouse}`],
      ['herself', 'POST', 'management/v1/access/explain', { privilege: 'manage', on }],
      [
        'who was granted what',
        'POST',
        'management/v1/access/explain',
        { privilege: 'manage', on, principal: scene.clients.strict.name },
      ],
    ])
    return { what, seen: [await send(scene, method, path, bearer(scene.tokens.steward), body)] }
  },
}

const custody: Family = {
  name: 'custody',
  about:
    'manage on a warehouse, and engines with it: its keys, vending, locations and client properties, the privilege for them, and who else there is',
  async attack(scene, random) {
    const { warehouse, clients, tokens } = scene
    const change = random.pick<Readonly<Record<string, unknown>>>([
      { vending: { mode: 'static', longLivedKeysMayLeaveTheServer: true } },
      { vending: { mode: 'sts', stsEndpoint: specialEndpoint(random) } },
      { vending: { mode: 'none' } },
      { allowedLocations: [`s3://bucket-${random.int(1_000)}/`] },
      { allowedLocations: [] },
      { defaults: { 's3.endpoint': 'https://elsewhere.example' } },
      { overrides: { 's3.endpoint': 'https://elsewhere.example' } },
      { storageKeys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' }, skipProbe: true },
    ])
    const mixed = random.int(2) === 0 ? change : { ...change, retentionSeconds: 86_400 }
    const on = random.pick<unknown>([{ warehouse }, 'server', { warehouse, namespace: scene.namespace }])
    const to = { principal: random.pick([clients.steward.name, clients.mallory.name]) }
    const grants = { privilege: 'administer-storage', on, to }
    // The administrator owns the warehouse, and so may be asked about by who manages it.
    const others = random.pick([clients.mallory.name, clients.bob.name, 'nobody-at-all'])
    const attempts: readonly (readonly [string, string, string, unknown?])[] = [
      ['storage settings', 'PATCH', settings(scene), mixed],
      ['storage settings', 'PATCH', settings(scene), change],
      ['the privilege itself', 'POST', 'management/v1/grants', grants],
      [
        'the privilege among others',
        'POST',
        'management/v1/grants',
        { on, to, privileges: ['select', 'administer-storage'] },
      ],
      ['the privilege of others', 'POST', 'management/v1/grants/revoke', grants],
      ['principals', 'GET', `management/v1/principals/${others}`],
      [
        'another principal',
        'POST',
        'management/v1/access/explain',
        { privilege: 'use', on: { warehouse }, principal: others },
      ],
      ['administrators', 'GET', 'management/v1/access/who-can?privilege=manage&server=true'],
      ['a warehouse', 'POST', 'management/v1/warehouses', { name: `w${scene.count()}`, storage: {} }],
    ]
    const [what, method, path, body] = random.pick(attempts)
    const who = random.pick(['steward', 'strict', 'trino', 'aliceByTrino'] as const)
    const seen = await send(scene, method, path, bearer(tokens[who]), body)
    return { what: `${what} by ${who}: ${JSON.stringify(body ?? path)}`, seen: [seen] }
  },
}

const endpoints: Family = {
  name: 'private-endpoint',
  about: 'who may create warehouses sends the server to loopback, link-local, metadata and private addresses',
  async attack(scene, random) {
    const endpoint = random.int(8) === 0 ? `${scene.trap.origin}/attacker-store` : specialEndpoint(random)
    const keys = { region: 'us-east-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' }
    const name = `endpoint-${scene.count()}`
    const plain = { type: 's3', bucket: name, ...keys }
    const storage = { ...plain, endpoint }
    const vending = { mode: 'sts', stsEndpoint: endpoint }
    const skipProbe = random.int(2) === 0
    const [what, path, body] = random.pick<readonly [string, string, unknown]>([
      ['a trial', 'management/v1/warehouses/validate', { storage }],
      ['a storage', 'management/v1/warehouses', { name, storage, skipProbe }],
      ['a token service', 'management/v1/warehouses', { name, storage: plain, vending, skipProbe: true }],
    ])
    const seen = await send(scene, 'POST', path, bearer(scene.tokens.builder), body)
    return { what: `${what} at ${endpoint}`, seen: [seen] }
  },
}

/** The storage of a warehouse, and the server's own network, in the hands of those who have neither. */
export const custodies: readonly Family[] = [stewards, custody, endpoints]

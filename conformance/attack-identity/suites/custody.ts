import { bearer } from '../../identity/token-endpoint.ts'
import type { Suite } from '../suite.ts'
import type { Fixture } from '../fixture.ts'
import { send } from '../slots.ts'
import { specialEndpoint } from './special-endpoint.ts'

const settings = (fixture: Fixture): string => `management/v1/warehouses/${fixture.warehouse}`

const stewards: Suite = {
  name: 'canary-steward',
  about:
    'a principal with manage on a warehouse reads its settings, changes its retention and lists its grants',
  legitimate: true,
  async attack(fixture, random) {
    const on = { warehouse: fixture.warehouse }
    const [what, method, path, body] = random.pick<readonly [string, string, string, unknown?]>([
      ['the settings', 'GET', settings(fixture)],
      ['the retention', 'PATCH', settings(fixture), { retentionSeconds: random.int(60) + 86_400 }],
      ['the grants', 'GET', `management/v1/grants?warehouse=${fixture.warehouse}`],
      ['herself', 'POST', 'management/v1/access/explain', { privilege: 'manage', on }],
      [
        'who was granted what',
        'POST',
        'management/v1/access/explain',
        { privilege: 'manage', on, principal: fixture.clients.strict.name },
      ],
    ])
    return { what, seen: [await send(fixture, method, path, bearer(fixture.tokens.steward), body)] }
  },
}

const custody: Suite = {
  name: 'custody',
  about:
    'a principal with manage on a warehouse, and engines that act for it: changes of keys, vending, locations and client properties, grants of administer-storage, and lists of principals',
  async attack(fixture, random) {
    const { warehouse, clients, tokens } = fixture
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
    const on = random.pick<unknown>([{ warehouse }, 'server', { warehouse, namespace: fixture.namespace }])
    const to = { principal: random.pick([clients.steward.name, clients.mallory.name]) }
    const grants = { privilege: 'administer-storage', on, to }
    // Names of principals that the callers of this suite must not see. The name of the administrator is not one of
    // them: the administrator owns the warehouse, and a manager of the warehouse may see the name of its owner.
    const others = random.pick([clients.mallory.name, clients.bob.name, 'nobody-at-all'])
    const attempts: readonly (readonly [string, string, string, unknown?])[] = [
      ['storage settings', 'PATCH', settings(fixture), mixed],
      ['storage settings', 'PATCH', settings(fixture), change],
      ['a grant of administer-storage', 'POST', 'management/v1/grants', grants],
      [
        'a grant of administer-storage and another privilege',
        'POST',
        'management/v1/grants',
        { on, to, privileges: ['select', 'administer-storage'] },
      ],
      ['a revocation of administer-storage', 'POST', 'management/v1/grants/revoke', grants],
      ['principals', 'GET', `management/v1/principals/${others}`],
      [
        'another principal',
        'POST',
        'management/v1/access/explain',
        { privilege: 'use', on: { warehouse }, principal: others },
      ],
      ['administrators', 'GET', 'management/v1/access/who-can?privilege=manage&server=true'],
      ['a warehouse', 'POST', 'management/v1/warehouses', { name: `w${fixture.count()}`, storage: {} }],
    ]
    const [what, method, path, body] = random.pick(attempts)
    const who = random.pick(['steward', 'strict', 'trino', 'aliceByTrino'] as const)
    const seen = await send(fixture, method, path, bearer(tokens[who]), body)
    return { what: `${what} by ${who}: ${JSON.stringify(body ?? path)}`, seen: [seen] }
  },
}

const endpoints: Suite = {
  name: 'private-endpoint',
  about:
    'a principal that may create warehouses names loopback, link-local, metadata and private addresses as endpoints',
  async attack(fixture, random) {
    const endpoint = random.int(8) === 0 ? `${fixture.trap.origin}/attacker-store` : specialEndpoint(random)
    const keys = { region: 'us-east-1', accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' }
    const name = `endpoint-${fixture.count()}`
    const plain = { type: 's3', bucket: name, ...keys }
    const storage = { ...plain, endpoint }
    const vending = { mode: 'sts', stsEndpoint: endpoint }
    const skipProbe = random.int(2) === 0
    const [what, path, body] = random.pick<readonly [string, string, unknown]>([
      ['a trial', 'management/v1/warehouses/validate', { storage }],
      ['a storage', 'management/v1/warehouses', { name, storage, skipProbe }],
      ['a token service', 'management/v1/warehouses', { name, storage: plain, vending, skipProbe: true }],
    ])
    const seen = await send(fixture, 'POST', path, bearer(fixture.tokens.builder), body)
    return { what: `${what} at ${endpoint}`, seen: [seen] }
  },
}

/**
 * Suites of requests that change the storage of a warehouse, or make the server connect to its private network, from
 * callers without the right to do so.
 */
export const custodies: readonly Suite[] = [stewards, custody, endpoints]

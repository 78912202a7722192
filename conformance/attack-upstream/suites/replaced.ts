import { createBody, delegation } from '../../refresh/table-requests.ts'
import { type Fixture, modes, must, type Who } from '../fixture.ts'
import { send } from '../send.ts'
import type { Suite } from '../suite.ts'

/**
 * Suite in which another client of the upstream replaces a table by a new one with the same name. Grants on the old
 * table and its ownership must not apply to the new table.
 */
export const replaced: Suite = {
  name: 'replaced',
  about: 'tables that were dropped and created again in the upstream: old grants and ownership do not count',
  weight: 2,
  async attack(fixture, random) {
    const lake = fixture.lakes[random.pick(modes)]
    const { root } = lake.as.admin
    const name = `r${fixture.count()}`
    const at = `${root}namespaces/open/tables/${name}`
    const behind = `${lake.behind.root}namespaces/open/tables`
    await must(lake.as.admin.send('POST', `${root}namespaces/open/tables`, { body: createBody(name) }))
    for (const privilege of ['select', 'modify', 'manage']) {
      const on = { warehouse: lake.name, namespace: ['open'], relation: name }
      await must(
        fixture.front.manage('POST', 'grants', { body: { privilege, on, to: { principal: 'writer' } } }),
      )
    }
    const before = await send(fixture, 'writer', 'GET', at)
    if (before.status !== 200)
      return { what: name, seen: [before], escapes: [], broken: 'the grant had no effect' }
    await must(lake.behind.send('DELETE', `${behind}/${name}`))
    const made = await lake.behind.send('POST', behind, { body: createBody(name) })
    const identifier = { namespace: ['open'], name }
    const updates = [{ action: 'set-properties', updates: { stolen: 'yes' } }]
    const to = { namespace: ['open'], name: `${name}x` }
    const [method, path, body] = random.pick<readonly [string, string, unknown?]>([
      ['GET', at],
      ['HEAD', at],
      ['GET', `${at}/credentials`],
      ['POST', at, { requirements: [], updates }],
      [
        'POST',
        `${root}transactions/commit`,
        { 'table-changes': [{ identifier, requirements: [], updates }] },
      ],
      ['DELETE', `${at}?purgeRequested=true`],
      ['POST', `${root}tables/rename`, { source: identifier, destination: to }],
      [
        'POST',
        `${at}/sign`,
        { region: 'us-east-1', uri: `http://s3/${lake.name}/x`, method: 'GET', headers: {} },
      ],
    ])
    const seen = await send(fixture, 'writer', method, path, body, delegation)
    const escapes = seen.status < 400 ? [`it was accepted (${seen.status})`] : []
    const after = await lake.behind.send('GET', `${behind}/${name}`)
    if (uuidIn(after.text) !== uuidIn(made.text) || after.text.includes('stolen'))
      escapes.push('the table in the upstream changed')
    return { what: `writer: ${method} ${path}`, seen: [seen], escapes }
  },
}

function uuidIn(text: string): string {
  return /"table-uuid":"([^"]*)"/.exec(text)?.[1] ?? 'none'
}

/**
 * Suite in which the upstream returns the metadata of another table than the one that the server has recorded, or
 * locations of other tables.
 */
export const wrongMetadata: Suite = {
  name: 'wrong-metadata',
  about: 'metadata with locations outside, other UUIDs, duplicate members and credentials of the upstream',
  weight: 3,
  async attack(fixture, random) {
    const lake = fixture.lakes.own
    const { root } = lake.as.admin
    const at = `${root}namespaces/open/tables/shared`
    const who: Who = random.pick(['reader', 'writer'])
    const real = await lake.behind.send('GET', `${lake.behind.root}namespaces/open/tables/shared`)
    const location = /"location":"([^"]*)"/.exec(real.text)?.[1] ?? ''
    const outside = random.pick([
      's3://elsewhere/x',
      's3://lake-relay/x',
      's3://lake-own',
      's3://lake-own/',
      'file:///etc',
      'gs://b/x',
      `${location}/../other`,
      `${location}/%2e%2e/other`,
      's3://lake-own/../x',
      '',
    ])
    const leak =
      '"config":{"s3.access-key-id":"LEAKED","token":"LEAKED"},"storage-credentials":[{"prefix":"s3://","config":{"s3.access-key-id":"LEAKED"}}]'
    const [what, body, mustFail] = random.pick<readonly [string, string, boolean]>([
      ['a location outside', real.text.replaceAll(location, outside), true],
      [
        'another UUID',
        real.text.replace(/("table-uuid":")[^"]*/, '$111111111-1111-4111-8111-111111111111'),
        true,
      ],
      [
        'two UUIDs',
        real.text.replace(/"table-uuid"/, '"table-uuid":"22222222-2222-4222-8222-222222222222","table-uuid"'),
        false,
      ],
      ['a UUID that is not one', real.text.replace(/("table-uuid":")[^"]*/, '$1../x'), true],
      ['keys of the upstream', `{${leak},${real.text.slice(1)}`, false],
      [
        'a data path outside',
        real.text.replace('"properties":{', `"properties":{"write.data.path":"${outside}",`),
        false,
      ],
    ])
    fixture.recorder.decide(({ path }) =>
      path.includes('/tables/shared') ? (response) => void response.writeHead(200).end(body) : null,
    )
    const seen = await send(fixture, who, 'GET', at, undefined, delegation)
    const escapes = seen.text.includes('LEAKED') ? ['a response contained configuration of the upstream'] : []
    const bare = outside.replace(/\/+$/, '')
    if (
      bare !== '' &&
      (seen.text.includes(`"prefix":"${bare}"`) || seen.text.includes(`"prefix":"${bare}/"`))
    )
      escapes.push(`credentials were issued for ${outside}`)
    if (mustFail && seen.status < 400 && seen.text.includes('"s3.session-token"'))
      escapes.push(`credentials were issued for ${what}: ${outside}`)
    if (what === 'another UUID' && seen.status < 400)
      escapes.push('a grant counted for a table with another UUID')
    fixture.recorder.reset()
    // Loads the real table, so that the server records its UUID again.
    await lake.as.admin.send('GET', at)
    await restoreGrants(fixture)
    return { what: `${what} for ${who}`, seen: [seen], escapes }
  },
}

/**
 * Grants the rights on the table `shared` again, because the server deletes them when it loads another table with this
 * name.
 */
async function restoreGrants({ front, lakes }: Fixture): Promise<void> {
  const on = { warehouse: lakes.own.name, namespace: ['open'], relation: 'shared' }
  for (const [principal, privilege] of [
    ['reader', 'select'],
    ['writer', 'select'],
    ['writer', 'modify'],
  ] as const)
    await must(front.manage('POST', 'grants', { body: { privilege, on, to: { principal } } }))
}

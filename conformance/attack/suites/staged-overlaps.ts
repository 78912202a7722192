import { type Response, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { credentialsIn } from '../../refresh/credential.ts'
import { createBody, creationBody } from '../../refresh/table-requests.ts'
import type { AttackSuite, Evidence, Seen } from '../attack.ts'
import { toSeen } from '../catalog-seen.ts'
import type { Fixture } from '../fixture.ts'
import { useAccess } from '../own-files.ts'
import { isSameText, otherSpelling } from '../place-spellings.ts'
import type { Random } from '../random.ts'
import { anyAccess as headers, secret, stage, writeSecret } from '../staged-tables.ts'
import { refresh } from './sealed-tokens.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
/**
 * Requests in which Mallory chooses the location of a table. Each function returns the responses that the oracle
 * evaluates.
 */
const ways: Readonly<
  Record<string, (fixture: Fixture, name: string, location: string) => Promise<Response[]>>
> = {
  create: async ({ as, namespace }, name, location) => [
    await as.mallory.send('POST', `${namespacePath(as.mallory, namespace)}/tables`, {
      body: createBody(name, { location }),
      headers,
    }),
  ],
  'stage-create': async ({ as, namespace }, name, location) => [
    await as.mallory.send('POST', `${namespacePath(as.mallory, namespace)}/tables`, {
      body: createBody(name, { location, 'stage-create': true }),
      headers,
    }),
  ],
  'write.data.path': async ({ as, namespace }, name, location) => [
    await as.mallory.send('POST', `${namespacePath(as.mallory, namespace)}/tables`, {
      body: createBody(name, { properties: { 'write.data.path': location } }),
      headers,
    }),
  ],
  'set-location': async (fixture, name, location) =>
    moved(fixture, name, [{ action: 'set-location', location }]),
  'write.metadata.path': async (fixture, name, location) =>
    moved(fixture, name, [{ action: 'set-properties', updates: { 'write.metadata.path': location } }]),
  'commit of a staged table': async ({ as, namespace }, name, location) => {
    const { mallory } = as
    const staged = await mallory.send('POST', `${namespacePath(mallory, namespace)}/tables`, {
      body: createBody(name, { 'stage-create': true }),
      headers,
    })
    const body = creationBody(staged) as { requirements: object[]; updates: object[] }
    const updates = [...body.updates, { action: 'set-location', location }]
    const path = tablePath(mallory, namespace, name)
    const committed = await mallory.send('POST', path, { body: { ...body, updates } })
    return [committed, await mallory.send('GET', path, { headers })]
  },
}

async function moved(
  { as, namespace }: Fixture,
  name: string,
  updates: readonly object[],
): Promise<Response[]> {
  const { mallory } = as
  await mallory.send('POST', `${namespacePath(mallory, namespace)}/tables`, {
    body: createBody(name),
    headers,
  })
  const path = tablePath(mallory, namespace, name)
  const changed = await mallory.send('POST', path, { body: { requirements: [], updates } })
  return changed.status === 200 ? [changed, await mallory.send('GET', path, { headers })] : [changed]
}

async function overlap(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory, ada } = fixture.as
  const number = fixture.count()
  const base = `s3://${fixture.bucket}/n/st${number}/a`
  const name = `st${number}`
  const staged = await stage(fixture, 'ada', { name, location: base })
  await writeSecret(fixture, 'ada', { name, location: base }, staged)
  const relation = random.pick(['at', 'below', 'above'] as const)
  const chosen = {
    at: base,
    below: `${base}/${random.pick(['data', 'data/secret', 'metadata', 'x/y'])}`,
    above: `s3://${fixture.bucket}/n/st${number}`,
  }[relation]
  const location = random.chance(0.3) ? chosen : otherSpelling(fixture, random, chosen)
  const way = random.pick(Object.keys(ways))
  const own = random.chance(0.3) ? name : `${name}m`
  const responses = (await ways[way]?.(fixture, own, location)) ?? []
  const seen: Seen[] = responses.map(toSeen)
  const found: string[] = []
  const [first] = responses
  if (first !== undefined && first.status < 300 && isSameText(location, chosen))
    found.push(`a location ${relation} a staged table was accepted`)
  for (const response of responses.filter(({ status }) => status === 200)) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const use = await useAccess(fixture, own, response, { method, location: `${base}/data/secret` })
      seen.push(use)
      if (use.status < 300 || use.text.includes(secret))
        found.push(`${method} of a file of the staged table succeeded`)
    }
  }
  // Tries to commit Ada's staged table as Mallory. If the server accepted the commit, a table of Mallory would own the
  // location that Ada reserved.
  const path = tablePath(mallory, fixture.namespace, name)
  const taken = await mallory.send('POST', path, { body: creationBody(staged) })
  seen.push(toSeen(taken))
  if (taken.status < 300) found.push('another principal committed the staged table')
  for (const left of [own, name])
    await mallory.send('DELETE', `${tablePath(mallory, fixture.namespace, left)}?purgeRequested=true`)
  const finished = await ada.send('POST', path, { body: creationBody(staged) })
  if (finished.status !== 200)
    found.push(`the principal that staged the table could not finish it: ${finished.status}`)
  await ada.send('DELETE', `${tablePath(ada, fixture.namespace, name)}?purgeRequested=true`)
  return {
    what: `${way} ${relation} a staged table: ${JSON.stringify(location)}`,
    seen,
    escape: found.length > 0 ? found.join('; ') : undefined,
  }
}

/**
 * Stages a table twice as the same principal, which ends the first staged table. Then uses the refresh token and the
 * commit of the first one.
 */
async function takeOver(fixture: Fixture, random: Random): Promise<Evidence> {
  const { mallory } = fixture.as
  const number = fixture.count()
  const [name, location] = [`so${number}`, `s3://${fixture.bucket}/n/so${number}`]
  const first = await stage(fixture, 'mallory', { name, location })
  await writeSecret(fixture, 'mallory', { name, location }, first)
  const place = random.pick([location, `${location}/`, `${location}/a`])
  const second = await stage(fixture, 'mallory', { name, location: place })
  const path = tablePath(mallory, fixture.namespace, name)
  const { token } = credentialsIn(first)[0] ?? {}
  const refused = [
    ...(token === undefined ? [] : [await refresh(fixture, 'mallory', name, token)]),
    await mallory.send('POST', path, { body: creationBody(first) }),
  ]
  const seen = refused.map(toSeen)
  if (fixture.mode === 'remote-signing')
    seen.push(await useAccess(fixture, name, first, { method: 'PUT', location: `${location}/data/x` }))
  const finished = await mallory.send('POST', path, { body: creationBody(second) })
  await mallory.send('DELETE', `${path}?purgeRequested=true`)
  return {
    what: 'the token and the commit of a staged table that its principal has staged again',
    seen,
    mustFail: true,
    escape:
      finished.status === 200 ? undefined : `the later attempt could not be finished: ${finished.status}`,
  }
}

/** Checks legitimate requests: creates tables next to a staged table, and then commits the staged table. */
async function nextToStaged(fixture: Fixture): Promise<Evidence> {
  const { mallory, ada } = fixture.as
  const number = fixture.count()
  const [name, base] = [`sl${number}`, `s3://${fixture.bucket}/n/sl${number}/a`]
  const staged = await stage(fixture, 'ada', { name, location: base })
  await writeSecret(fixture, 'ada', { name, location: base }, staged)
  const seen: Seen[] = []
  for (const [i, location] of [`${base}2`, `s3://${fixture.bucket}/n/sl${number}/b`].entries()) {
    const responses = (await ways['create']?.(fixture, `${name}-${i}`, location)) ?? []
    seen.push(...responses.map(toSeen))
    for (const response of responses)
      seen.push(
        await useAccess(fixture, `${name}-${i}`, response, {
          method: 'PUT',
          location: `${location}/data/x`,
          body: 'mine',
        }),
      )
    await mallory.send(
      'DELETE',
      `${tablePath(mallory, fixture.namespace, `${name}-${i}`)}?purgeRequested=true`,
    )
  }
  const path = tablePath(ada, fixture.namespace, name)
  seen.push(toSeen(await ada.send('POST', path, { body: creationBody(staged) })))
  await ada.send('DELETE', `${path}?purgeRequested=true`)
  return { what: 'creates next to a staged table, and its commit', seen }
}

export const stagedOverlaps: readonly AttackSuite[] = [
  { name: 'staged-overlap', modes, makesTables: true, weight: 2, attack: overlap },
  { name: 'staged-taken-over', modes, makesTables: true, weight: 0.5, attack: takeOver },
  {
    name: 'staged-legitimate',
    modes,
    makesTables: true,
    weight: 0.1,
    legitimate: true,
    attack: (fixture) => nextToStaged(fixture),
  },
]

import { type Answer, namespacePath, tablePath } from '../../refresh/catalog-client.ts'
import { credentialsIn } from '../../refresh/credential.ts'
import { storageKeysOf, targetOf, useKeys } from '../../refresh/storage-keys.ts'
import { createBody, creationBody } from '../../refresh/table-requests.ts'
import type { AttackClass, Evidence, Seen } from '../attack.ts'
import { seenOf } from '../catalog-seen.ts'
import type { Lake, Who } from '../lake.ts'
import { useAccess } from '../own-files.ts'
import { isSameText, otherSpelling } from '../place-spellings.ts'
import type { Random } from '../random.ts'
import { redeem } from './capsules.ts'

const modes = ['gateway', 'sts', 'remote-signing'] as const
const headers = { 'x-iceberg-access-delegation': 'vended-credentials,remote-signing' }
const secret = 'the file of a staged table'

async function stage(lake: Lake, who: Who, name: string, location: string): Promise<Answer> {
  const catalog = lake.as[who]
  const body = createBody(name, { 'stage-create': true, location })
  const answer = await catalog.send('POST', `${namespacePath(catalog, lake.namespace)}/tables`, {
    body,
    headers,
  })
  if (answer.status !== 200) throw new Error(`stage-create at ${location}: ${answer.status} ${answer.text}`)
  return answer
}

/** Writes a file with the keys of a staged table; requests that the server signs are not tried by the owner. */
async function writeSecret(staged: Answer, location: string): Promise<void> {
  const keys = credentialsIn(staged).flatMap((one) => storageKeysOf(one) ?? [])[0]
  if (keys === undefined) return
  const put = await useKeys(keys, 'PUT', targetOf(`${location}/data/secret`), secret)
  if (put.status !== 200) throw new Error(`the owner could not write: ${put.status}`)
}

/** Ways for Mallory to choose a location; each returns the last answers. */
const ways: Readonly<Record<string, (lake: Lake, name: string, location: string) => Promise<Answer[]>>> = {
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
  'set-location': async (lake, name, location) => moved(lake, name, [{ action: 'set-location', location }]),
  'write.metadata.path': async (lake, name, location) =>
    moved(lake, name, [{ action: 'set-properties', updates: { 'write.metadata.path': location } }]),
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

async function moved({ as, namespace }: Lake, name: string, updates: readonly object[]): Promise<Answer[]> {
  const { mallory } = as
  await mallory.send('POST', `${namespacePath(mallory, namespace)}/tables`, {
    body: createBody(name),
    headers,
  })
  const path = tablePath(mallory, namespace, name)
  const changed = await mallory.send('POST', path, { body: { requirements: [], updates } })
  return changed.status === 200 ? [changed, await mallory.send('GET', path, { headers })] : [changed]
}

async function overlap(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory, ada } = lake.as
  const number = lake.count()
  const base = `s3://${lake.bucket}/n/st${number}/a`
  const name = `st${number}`
  const staged = await stage(lake, 'ada', name, base)
  await writeSecret(staged, base)
  const relation = random.pick(['at', 'below', 'above'] as const)
  const chosen = {
    at: base,
    below: `${base}/${random.pick(['data', 'data/secret', 'metadata', 'x/y'])}`,
    above: `s3://${lake.bucket}/n/st${number}`,
  }[relation]
  const location = random.chance(0.3) ? chosen : otherSpelling(lake, random, chosen)
  const way = random.pick(Object.keys(ways))
  const own = random.chance(0.3) ? name : `${name}m`
  const answers = (await ways[way]?.(lake, own, location)) ?? []
  const seen: Seen[] = answers.map(seenOf)
  const found: string[] = []
  const [first] = answers
  if (first !== undefined && first.status < 300 && isSameText(location, chosen))
    found.push(`a location ${relation} a staged table was accepted`)
  for (const answer of answers.filter(({ status }) => status === 200)) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const use = await useAccess(lake, own, answer, { method, location: `${base}/data/secret` })
      seen.push(use)
      if (use.status < 300 || use.text.includes(secret))
        found.push(`${method} of a file of the staged table succeeded`)
    }
  }
  // Under the name of the staged table: what Ada has reserved must not become Mallory's.
  const path = tablePath(mallory, lake.namespace, name)
  const taken = await mallory.send('POST', path, { body: creationBody(staged) })
  seen.push(seenOf(taken))
  if (taken.status < 300) found.push('another principal committed the staged table')
  for (const left of [own, name])
    await mallory.send('DELETE', `${tablePath(mallory, lake.namespace, left)}?purgeRequested=true`)
  const finished = await ada.send('POST', path, { body: creationBody(staged) })
  if (finished.status !== 200)
    found.push(`the principal that staged the table could not finish it: ${finished.status}`)
  await ada.send('DELETE', `${tablePath(ada, lake.namespace, name)}?purgeRequested=true`)
  return {
    what: `${way} ${relation} a staged table: ${JSON.stringify(location)}`,
    seen,
    escape: found.length > 0 ? found.join('; ') : undefined,
  }
}

/** The same principal stages the name again: the earlier attempt ends. */
async function takeOver(lake: Lake, random: Random): Promise<Evidence> {
  const { mallory } = lake.as
  const number = lake.count()
  const [name, location] = [`so${number}`, `s3://${lake.bucket}/n/so${number}`]
  const first = await stage(lake, 'mallory', name, location)
  await writeSecret(first, location)
  const second = await stage(lake, 'mallory', name, random.pick([location, `${location}/`, `${location}/a`]))
  const path = tablePath(mallory, lake.namespace, name)
  const { token } = credentialsIn(first)[0] ?? {}
  const refused = [
    ...(token === undefined ? [] : [await redeem(lake, 'mallory', name, token)]),
    await mallory.send('POST', path, { body: creationBody(first) }),
  ]
  const finished = await mallory.send('POST', path, { body: creationBody(second) })
  await mallory.send('DELETE', `${path}?purgeRequested=true`)
  return {
    what: 'the token and the commit of a staged table that its principal has staged again',
    seen: refused.map(seenOf),
    mustFail: true,
    escape:
      finished.status === 200 ? undefined : `the later attempt could not be finished: ${finished.status}`,
  }
}

/** Tables beside a staged one, which is finished afterwards. */
async function beside(lake: Lake): Promise<Evidence> {
  const { mallory, ada } = lake.as
  const number = lake.count()
  const [name, base] = [`sl${number}`, `s3://${lake.bucket}/n/sl${number}/a`]
  const staged = await stage(lake, 'ada', name, base)
  await writeSecret(staged, base)
  const seen: Seen[] = []
  for (const [i, location] of [`${base}2`, `s3://${lake.bucket}/n/sl${number}/b`].entries()) {
    const answers = (await ways['create']?.(lake, `${name}-${i}`, location)) ?? []
    seen.push(...answers.map(seenOf))
    for (const answer of answers)
      seen.push(
        await useAccess(lake, `${name}-${i}`, answer, {
          method: 'PUT',
          location: `${location}/data/x`,
          body: 'mine',
        }),
      )
    await mallory.send('DELETE', `${tablePath(mallory, lake.namespace, `${name}-${i}`)}?purgeRequested=true`)
  }
  const path = tablePath(ada, lake.namespace, name)
  seen.push(seenOf(await ada.send('POST', path, { body: creationBody(staged) })))
  await ada.send('DELETE', `${path}?purgeRequested=true`)
  return { what: 'creates beside a staged table, and its commit', seen }
}

export const stagedOverlaps: readonly AttackClass[] = [
  { name: 'staged-overlap', modes, makesTables: true, weight: 2, attack: overlap },
  { name: 'staged-taken-over', modes, makesTables: true, weight: 0.5, attack: takeOver },
  {
    name: 'staged-legitimate',
    modes,
    makesTables: true,
    weight: 0.1,
    legitimate: true,
    attack: (lake) => beside(lake),
  },
]

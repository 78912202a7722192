import { sender, tablePath } from '../../refresh/catalog-client.ts'
import { creationBody, createBody, delegation } from '../../refresh/table-requests.ts'
import type { AttackSuite } from '../attack.ts'
import { prefixesIn, toSeen } from '../catalog-seen.ts'
import { refresh } from './sealed-tokens.ts'

const modes = ['gateway', 'sts'] as const

export const stolen: readonly AttackSuite[] = [
  {
    name: 'token-stolen',
    modes,
    weight: 2,
    async attack(fixture, random) {
      const thief = random.pick(['mallory', 'mallory', 'reader', 'anonymous'] as const)
      const held = random.pick(fixture.tokens.ada)
      const at = random.pick([
        held.name,
        held.name,
        held.name,
        fixture.own.name,
        random.pick(fixture.tokens.mallory).name,
      ])
      const own = random.pick(fixture.tokens.mallory).token
      const more = random.pick([
        '',
        `&storageRefreshToken=${encodeURIComponent(own)}`,
        '&planId=p',
        '&snapshots=all',
        '&referenced-by=n',
      ])
      const query = `storageRefreshToken=${encodeURIComponent(held.token)}${more}`
      const catalog =
        thief === 'anonymous'
          ? { ...fixture.as.mallory, send: sender(fixture.as.mallory.uri, {}) }
          : fixture.as[thief]
      const path = tablePath(catalog, fixture.namespace, at)
      const operation = random.pick(['/credentials', '/credentials', '/credentials', '', '/sign'])
      const response =
        operation === '/sign'
          ? await catalog.send('POST', `${path}/sign?${query}`, {
              body: {
                method: 'GET',
                region: 'us-east-1',
                uri: `http://127.0.0.1/${fixture.bucket}/n/t2/x`,
                headers: {},
              },
            })
          : await catalog.send('GET', `${path}${operation}?${query}`, { headers: delegation })
      const prefixes = prefixesIn(response)
      const allowed = [`${fixture.own.location}/`, ...fixture.tokens.mallory.map(({ prefix }) => prefix)]
      const wrong = prefixes.filter((prefix) => thief === 'anonymous' || !allowed.includes(prefix))
      return {
        what: `a token of Ada's by ${thief}, GET ${operation} of ${at === held.name ? 'its own table' : 'another table'}${more.slice(0, 20)}`,
        seen: [toSeen(response)],
        escape: wrong.length > 0 ? `a credential for ${wrong.join(', ')} was issued to ${thief}` : undefined,
        mustFail:
          operation === '/sign' ||
          (operation === '/credentials' && (at === held.name || thief === 'anonymous')),
      }
    },
  },
  {
    name: 'token-replayed',
    modes,
    makesTables: true,
    async attack(fixture, random) {
      const { mallory, ada } = fixture.as
      const name = `r${fixture.count()}`
      const tables = (who: typeof ada): string => tablePath(who, fixture.namespace, '').replace(/\/$/, '')
      const path = tablePath(mallory, fixture.namespace, name)
      const location = `s3://${fixture.bucket}/n/${name}`
      const staged = await mallory.send('POST', tables(mallory), {
        body: createBody(name, { 'stage-create': true, location }),
        headers: delegation,
      })
      const list = (staged.json as { 'storage-credentials'?: { 'storage-refresh-token'?: string }[] })[
        'storage-credentials'
      ]
      const token = list?.[0]?.['storage-refresh-token'] ?? ''
      if (token === '')
        throw new Error(`the server issued no refresh token to replay: status ${staged.status}`)
      const story = random.pick([
        'dropped',
        'name taken',
        'location taken',
        'dropped and made again',
      ] as const)
      const body = creationBody(staged)
      if (story === 'dropped' || story === 'dropped and made again') {
        await mallory.send('POST', path, { body })
        await mallory.send('DELETE', `${path}?purgeRequested=true`)
      }
      const theirs =
        story === 'dropped'
          ? undefined
          : await ada.send('POST', tables(ada), {
              body: story === 'location taken' ? createBody(`${name}x`, { location }) : createBody(name),
            })
      // A staged table reserves its location, so no other table can be created there.
      if (story === 'location taken')
        return {
          what: 'a create at the location of a staged table',
          seen: [{ status: theirs?.status ?? 0, text: theirs?.text ?? '' }],
          mustFail: true,
        }
      if (theirs !== undefined && theirs.status !== 200)
        throw new Error(`the step "${story}" failed: ${theirs.status} ${theirs.text}`)
      const again = await refresh(fixture, 'mallory', name, token)
      const late = story === 'name taken' ? await mallory.send('POST', path, { body }) : undefined
      const committed = late !== undefined && late.status < 300
      const left = tablePath(ada, fixture.namespace, name)
      if (theirs !== undefined) await ada.send('DELETE', `${left}?purgeRequested=true`)
      if (committed) await mallory.send('DELETE', `${path}?purgeRequested=true`)
      return {
        what: `a token whose table does not exist any more: ${story}`,
        seen: [toSeen(again)],
        mustFail: true,
        escape: committed ? `the stage-create was committed although: ${story}` : undefined,
      }
    },
  },
]

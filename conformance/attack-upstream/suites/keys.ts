import { readStorageKeys, toTarget, useKeys } from '../../refresh/storage-keys.ts'
import { delegation } from '../../refresh/table-requests.ts'
import { configIn, modes } from '../fixture.ts'
import { send } from '../send.ts'
import type { Suite } from '../suite.ts'

/**
 * Suite in which the caller `reader` tries to write with its storage keys, and to access other tables with them, in
 * each mode.
 */
export const readersKeys: Suite = {
  name: 'readers-keys',
  about: 'storage keys of a reader, in each mode: writes, deletions and objects of other tables',
  weight: 4,
  async attack(fixture, random) {
    const mode = random.pick(modes)
    const lake = fixture.lakes[mode]
    const { root } = lake.as.admin
    const at = `${root}namespaces/open/tables/shared`
    const other = await lake.behind.send('GET', `${lake.behind.root}namespaces/open/tables/other`)
    const read = random.chance(0.5)
    const seen = await send(fixture, 'reader', 'GET', read ? at : `${at}/credentials`, undefined, delegation)
    const keys = readStorageKeys({ config: configIn(seen.json) })
    const what = `the keys of the reader, mode ${mode}`
    if (keys === undefined) return { what: `${what}: none`, seen: [], escapes: [] }
    const own = /"location":"([^"]*)"/.exec((await lake.as.admin.send('GET', at)).text)?.[1] ?? ''
    const elsewhere = /"location":"([^"]*)"/.exec(other.text)?.[1] ?? ''
    const file = `data/x${fixture.count()}`
    const [method, location] = random.pick<readonly [string, string]>([
      ['PUT', `${own}/${file}`],
      ['DELETE', `${own}/${file}`],
      ['POST', `${own}/${file}?uploads=`],
      ['PUT', `${elsewhere}/${file}`],
      ['GET', metadataIn(other.text)],
      ['HEAD', metadataIn(other.text)],
      ['DELETE', metadataIn(other.text)],
      ['GET', `s3://${lake.name}/?list-type=2&prefix=`],
      [
        'GET',
        `s3://${lake.name}/?list-type=2&prefix=${encodeURIComponent(elsewhere.replace(/^s3:\/\/[^/]*\//, ''))}`,
      ],
    ])
    const [path = '', query] = location.split('?')
    const target = `${toTarget(path)}${query === undefined ? '' : `?${query}`}`
    const used = await useKeys(keys, method, target, method === 'PUT' ? 'stolen' : '')
    const escapes = used.status < 300 ? [`${method} ${location} was accepted (${used.status})`] : []
    return { what: `${what}: ${method} ${location}`, seen: [{ status: used.status, text: '' }], escapes }
  },
}

function metadataIn(text: string): string {
  return /"metadata-location":"([^"]*)"/.exec(text)?.[1] ?? ''
}

/**
 * Suite in which callers with different rights load one table at the same time. The server may share the requests to
 * the upstream, but not the responses.
 */
export const sharedResponses: Suite = {
  name: 'shared-responses',
  about: 'concurrent loads of callers with different rights: no response or credential of another caller',
  weight: 2,
  async attack(fixture, random) {
    const mode = random.pick(modes)
    const { root } = fixture.lakes[mode].as.admin
    const at = `${root}namespaces/open/tables/shared`
    const load = (who: 'reader' | 'writer' | 'stranger') =>
      send(fixture, who, 'GET', at, undefined, delegation)
    const [writer, reader, stranger, again] = await Promise.all([
      load('writer'),
      load('reader'),
      load('stranger'),
      load('reader'),
    ])
    const escapes: string[] = []
    if (findSecret(reader.json) !== undefined && findSecret(reader.json) === findSecret(writer.json))
      escapes.push('the reader received the keys of the writer')
    if (stranger.status !== 404) escapes.push(`a caller without rights received ${stranger.status}`)
    // In mode `pass`, the keys of the upstream would allow more than the reader may do, so the server must refuse the
    // load.
    if (again.status !== (mode === 'pass' ? 403 : 200))
      escapes.push(`the reader received ${again.status} together with others`)
    const etag = /"etag":"((?:[^"\\]|\\.)*)"/.exec(writer.text)?.[1]?.replaceAll('\\"', '"')
    if (etag !== undefined) {
      const conditional = await send(fixture, 'stranger', 'GET', at, undefined, { 'if-none-match': etag })
      if (conditional.status !== 404)
        escapes.push(`the ETag of another caller was accepted (${conditional.status})`)
    }
    return { what: 'four loads at the same time', seen: [stranger], escapes }
  },
}

function findSecret(json: unknown): string | undefined {
  return configIn(json)['s3.secret-access-key']
}

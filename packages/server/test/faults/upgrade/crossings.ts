import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import type { Json } from '@headgate/json'
import { setTimeout as sleep } from 'node:timers/promises'
import { grantTypes, tokenTypes } from '../../../src/oauth/token-types.ts'
import { keyBelow, readCredential, storageClient } from '../../iceberg/credentials.ts'
import { idempotencyKey, objectAt, readLocation, setProperties, textAt } from '../../iceberg/tables.ts'
import type { TimedResponse } from '../send.ts'
import { requestToken, toPath } from './client.ts'
import type { RotatingClient } from './replicas.ts'

/** Work that begins at one replica and continues at the next one. It throws when a response is not as expected. */
export type Crossing = () => Promise<void>

/** Repeats a crossing with pauses, and counts its rounds. */
export class Repeated {
  rounds = 0
  readonly #crossing: Crossing
  readonly #pauseMs: number

  constructor(crossing: Crossing, pauseMs: number = 20) {
    this.#crossing = crossing
    this.#pauseMs = pauseMs
  }

  async work(over: () => boolean): Promise<void> {
    for (; !over(); await sleep(this.#pauseMs)) {
      await this.#crossing()
      this.rounds += 1
    }
  }
}

async function must(
  client: RotatingClient,
  status: number,
  ...request: Parameters<RotatingClient['send']>
): Promise<TimedResponse> {
  const response = await client.send(...request)
  if (response?.status === status) return response
  throw new Error(
    `${request[0]} ${request[1]}: ${response?.status} instead of ${status} ${JSON.stringify(response?.json)}`,
  )
}

/** Uses a storage credential of one replica at the gateway of the next one, and renews it at the replica after it. */
export function storageAccess(client: RotatingClient, name: string): Crossing {
  const path = toPath('lakehouse', ['w'], 'tables', name)
  return async () => {
    const loaded = await must(client, 200, 'GET', path, undefined, {
      'x-iceberg-access-delegation': 'vended-credentials',
    })
    const object = keyBelow(readLocation(loaded), 'data/file')
    const open = (from: TimedResponse): ReturnType<typeof storageClient> =>
      storageClient({ config: { ...readCredential(from).config, 's3.endpoint': client.nextGatewayUrl() } })
    await open(loaded).send(new PutObjectCommand({ ...object, Body: 'data' }))
    const refresh = textAt(loaded.json, 'config', 'client.refresh-credentials-endpoint')
    const renewed = await must(client, 200, 'GET', `/${refresh}`)
    const found = await open(renewed).send(new GetObjectCommand(object))
    if ((await found.Body?.transformToString()) !== 'data') throw new Error('The file has other content.')
  }
}

/** Checks that an access token of one replica, and the token for which an engine exchanges it at the next one, are valid at all replicas. */
export function sessions(
  client: RotatingClient,
  secrets: Readonly<Record<string, string>>,
  path: string,
): Crossing {
  const basic = Buffer.from(`trino:${secrets['trino'] ?? ''}`).toString('base64')
  return async () => {
    const token = await requestToken(client.nextUrl(), {
      grant_type: grantTypes.clientCredentials,
      client_id: 'alice',
      client_secret: secrets['alice'] ?? '',
      scope: 'catalog',
    })
    const exchange = {
      grant_type: grantTypes.tokenExchange,
      subject_token: token,
      subject_token_type: tokenTypes.accessToken,
    }
    const engine = await requestToken(client.nextUrl(), exchange, { authorization: `Basic ${basic}` })
    for (const bearer of [token, engine])
      await must(client, 200, 'GET', path, undefined, { authorization: `Bearer ${bearer}` })
  }
}

/** Checks that a grant and its revocation by one replica apply at once at the next one. */
export function rights(owner: RotatingClient, reader: RotatingClient, name: string): Crossing {
  const grant: Json = {
    privilege: 'select',
    on: { warehouse: 'lakehouse', namespace: ['w'], relation: name },
    to: { principal: 'mallory' },
  }
  const path = toPath('lakehouse', ['w'], 'tables', name)
  return async () => {
    await must(owner, 200, 'POST', '/management/v1/grants', grant)
    await must(reader, 200, 'GET', path)
    await must(owner, 200, 'POST', '/management/v1/grants/revoke', grant)
    await must(reader, 403, 'GET', path)
  }
}

/** Checks that a page token of one replica continues the list at the next one. */
export function pages(client: RotatingClient, path: string, expected: readonly string[]): Crossing {
  return async () => {
    const names: string[] = []
    for (let token: Json = ''; typeof token === 'string';) {
      const query = new URLSearchParams({ pageSize: '2', pageToken: token })
      const { json } = await must(client, 200, 'GET', `${path}?${query.toString()}`)
      const page = objectAt(json)
      names.push(...(page['identifiers'] as { name: string }[]).map(({ name }) => name))
      token = page['next-page-token'] ?? null
    }
    if (names.toSorted().join() !== expected.toSorted().join()) throw new Error(`Listed: ${names.join(', ')}`)
  }
}

/** Checks that the next replica returns the first response to a commit that is repeated with its idempotency key. */
export function repeatedCommit(client: RotatingClient, name: string): Crossing {
  return async () => {
    const headers = { 'idempotency-key': idempotencyKey() }
    const body: Json = { requirements: [], updates: [setProperties({ key: headers['idempotency-key'] })] }
    const request = ['POST', toPath('lakehouse', ['w'], 'tables', name), body, headers] as const
    const [first, second] = [await must(client, 200, ...request), await must(client, 200, ...request)]
    const [one, other] = [first, second].map(({ json }) => textAt(json, 'metadata-location'))
    if (one !== other) throw new Error(`The repeated commit returned ${other} instead of ${one}.`)
  }
}

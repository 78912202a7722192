import { randomUUID } from 'node:crypto'
import { asCaller, tablePath } from '../../refresh/catalog-client.ts'
import { inShort } from '../../refresh/credential.ts'
import { demand } from '../../lib/outcome.ts'
import { createBody, delegation } from '../../refresh/table-requests.ts'
import type { Check } from '../check.ts'
import { bearer, tokenTypes } from '../token-endpoint.ts'
import { toCredential, granted } from '../fixture.ts'

/**
 * Checks of the identity that the server sends to other systems, and of authentication methods that it does not
 * support.
 */
export const edges: readonly Check[] = [
  {
    row: 'S22',
    name: 'storage-attribution',
    about: 'a security token service receives the user and the engine of the storage access',
    async run(fixture) {
      const [lab, trap] = [fixture.lab(), fixture.trap()]
      const name = `sts-${randomUUID().slice(0, 8)}`
      const storage = {
        type: 's3',
        bucket: name,
        endpoint: trap.origin,
        accessKeyId: 'A',
        secretAccessKey: 's',
      }
      const vending = {
        mode: 'sts',
        identity: 'user-token',
        stsEndpoint: trap.origin,
        tokenAudience: lab.audience,
      }
      await lab.must('POST', 'warehouses', { name, storage, vending, skipProbe: true })
      const [user, engine] = [await lab.client(fixture.name()), await fixture.registered()]
      await lab.must('POST', 'grants', {
        privilege: 'manage',
        on: { warehouse: name },
        to: { principal: user.name },
      })
      const own = await fixture.own(toCredential(user))
      const form = { subject_token: own, subject_token_type: tokenTypes.accessToken }
      const acting = asCaller(
        lab.catalog,
        bearer(granted(await fixture.exchange(form, engine.basic), 'an exchange')),
      )
      const path = `v1/${name}/namespaces`
      await acting.send('POST', path, { body: { namespace: ['n'] } })
      const made = await acting.send('POST', `${path}/n/tables`, {
        body: createBody('t'),
        headers: delegation,
      })
      demand(made.status === 200, `a table there: ${inShort(made)}`)
      const asked = trap.sessions.at(-1)
      demand(asked !== undefined, 'the service was not asked')
      const identity = asked.get('WebIdentityToken') ?? ''
      const claims = Buffer.from(identity.split('.')[1] ?? '', 'base64url').toString()
      demand(
        claims.includes(user.name) && claims.includes(engine.name),
        'its web identity does not name user and engine',
      )
      return `session ${asked.get('RoleSessionName') ?? '(no name)'}`
    },
  },
  {
    row: 'S26',
    name: 'headers',
    about: 'a header, a cookie or a parameter does not identify a caller',
    async run(fixture) {
      const client = fixture.client()
      const token = await fixture.own(client)
      const names = [
        'x-forwarded-user',
        'x-remote-user',
        'x-trino-user',
        'x-iceberg-user',
        'x-auth-request-user',
        'x-forwarded-access-token',
        'x-amzn-oidc-data',
        'cookie',
        'proxy-authorization',
      ]
      for (const name of names) {
        for (const value of [client.id, `Bearer ${token}`, `access_token=${token}`]) {
          const { status } = await fixture.config({ [name]: value })
          demand(status === 401, `${name}: expected 401, got ${status}`)
        }
      }
      return `${names.length} headers`
    },
  },
  {
    row: 'S26',
    name: 'headers-beside-a-token',
    about: 'a header in addition to a token does not change the caller',
    async run(fixture) {
      const lab = fixture.lab()
      const [user, other] = [await lab.client(fixture.name()), await lab.client(fixture.name())]
      const table = `t_${randomUUID().slice(0, 8)}`
      await lab.table(table, user.name, 'select')
      const token = await fixture.own(toCredential(other))
      for (const name of [
        'x-forwarded-user',
        'x-trino-user',
        'x-iceberg-user',
        'x-assume-role',
        'x-on-behalf-of',
      ]) {
        const { send } = asCaller(lab.catalog, { ...bearer(token), [name]: user.name })
        const { status } = await send('GET', tablePath(lab.catalog, lab.namespace, table))
        demand(status === 403 || status === 404, `${name}: expected 403 or 404, got ${status}`)
      }
      return undefined
    },
  },
]

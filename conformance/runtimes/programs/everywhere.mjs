// Checks the packages in every runtime, including browsers. Imports no module of Node.
import { AuthRegistry, configuredHeaders, isAuthError } from '@headgate/auth'
import { IcebergConnectionError, NoSuchTableError, RestCatalog } from '@headgate/iceberg/client'
import { parse, rawNumber, stringify } from '@headgate/json'
import { LanceNamespace } from '@headgate/lance/client'
import { sha256Hex, signRequest } from '@headgate/sigv4/web'
import { fetchTransport, send } from '@headgate/http'
import { BIG, equal, failure, gathered, ok } from './bench.mjs'

const schema = {
  type: 'struct',
  fields: [
    { id: 1, name: 'id', type: 'long', required: true },
    { id: 2, name: 'item', type: 'string', required: false },
  ],
}

const mark = Date.now().toString(36)
const namespace = [`runtime_${mark}`]
const orders = { namespace, name: 'orders' }
/** HTTP statuses of the responses that the catalog client has received. */
const statuses = []
/** Client of the catalog, which the first checks connect. */
let catalog

const toBytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

export const everywhere = [
  [
    'the client connects with client credentials, and creates a namespace and a table',
    async ({ iceberg }) => {
      catalog = await RestCatalog.connect({
        ...iceberg,
        fetch: async (url, init) => {
          const response = await fetch(url, init)
          if (init.method === 'GET' && url.includes('/tables/')) statuses.push(response.status)
          return response
        },
      })
      await catalog.createNamespace(namespace, { owner: 'Änne' })
      equal((await catalog.loadNamespace(namespace)).owner, 'Änne')
      await catalog.createTable(orders, { schema })
      equal(await catalog.tableExists(orders), true)
    },
  ],
  [
    'a committed snapshot has exactly the id that the client sent, beyond 2^53',
    async () => {
      const table = await catalog.loadTable(orders)
      await catalog
        .updateTable(table)
        .setProperties({ item: 'lamp' })
        .addSnapshot((now) => ({
          'snapshot-id': BIG,
          'sequence-number': Number(now['last-sequence-number']) + 1,
          'timestamp-ms': Date.now(),
          'manifest-list': `${now.location}/metadata/snap-1.avro`,
          summary: { operation: 'append' },
          'schema-id': now['current-schema-id'],
        }))
        .commit()
      const { metadata } = await catalog.loadTable(orders, { cached: false })
      equal(metadata['current-snapshot-id'], BIG)
      equal(metadata.snapshots[0]['snapshot-id'], BIG)
      equal(metadata.properties.item, 'lamp')
      ok(stringify(metadata).includes(`"current-snapshot-id":${BIG}`), 'the id is written in another way')
    },
  ],
  [
    'many concurrent commits all succeed',
    async () => {
      const table = await catalog.loadTable(orders)
      const commits = ['a', 'b', 'c', 'd'].map((key) =>
        catalog
          .updateTable(table)
          .setProperties({ [key]: '1' })
          .commit(),
      )
      await Promise.all(commits)
      const { a, b, c, d } = (await catalog.loadTable(orders)).metadata.properties
      equal([a, b, c, d], ['1', '1', '1', '1'])
    },
  ],
  [
    'unusual names are listed unchanged',
    async () => {
      const child = [...namespace, 'Grüße & a+b %25 "x" 🙂']
      await catalog.createNamespace(child)
      await catalog.createTable({ namespace: child, name: "it's ü/1" }, { schema })
      equal(await gathered(catalog.listNamespaces({ parent: namespace })), [child])
      equal(await gathered(catalog.listTables(child, { pageSize: 1 })), [
        { namespace: child, name: "it's ü/1" },
      ])
      await catalog.dropTable({ namespace: child, name: "it's ü/1" })
      await catalog.dropNamespace(child)
    },
  ],
  [
    'an unchanged table is not sent again',
    async () => {
      await catalog.loadTable(orders)
      await catalog.loadTable(orders)
      equal(statuses.at(-1), 304)
    },
  ],
  [
    'keys for the storage of the table are issued',
    async () => {
      const credentials = catalog.storageCredentials(await catalog.loadTable(orders))
      const { accessKeyId, secretAccessKey, expiration } = await credentials()
      ok(accessKeyId !== '' && secretAccessKey !== '' && expiration > new Date(), 'they are not good')
      await credentials[Symbol.asyncDispose]()
    },
  ],
  [
    'error responses and requests without a response are errors with specific classes',
    async ({ iceberg }, base) => {
      ok(
        (await failure(catalog.loadTable({ namespace, name: 'none' }))) instanceof NoSuchTableError,
        'another class',
      )
      const wrong = { ...iceberg.properties, credential: 'nobody:nothing' }
      const refused = await failure(RestCatalog.connect({ ...iceberg, properties: wrong }))
      ok(isAuthError(refused, 'refused'), `${refused.name}: ${refused.message}`)
      const silent = { uri: `${base}/silent`, timeoutMs: 300, maxRetries: 0 }
      const late = await failure(RestCatalog.connect(silent))
      ok(late instanceof IcebergConnectionError, `${late.name}: ${late.message}`)
      const nobody = await failure(RestCatalog.connect({ uri: 'http://127.0.0.1:9', maxRetries: 0 }))
      ok(nobody instanceof IcebergConnectionError, `${nobody.name}: ${nobody.message}`)
    },
  ],
  [
    'a signal aborts a request with its reason',
    async (_, base) => {
      const reason = new Error('enough')
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), 100)
      const error = await failure(RestCatalog.connect({ uri: `${base}/silent`, signal: controller.signal }))
      ok(error === reason, `${error.name}: ${error.message}`)
    },
  ],
  [
    'a request gets the same signature as in Node',
    async ({ signed: { request, options, body, expected } }) => {
      equal(await sha256Hex(new TextEncoder().encode(body)), options.payloadHash)
      equal((await signRequest(request, { ...options, date: new Date(options.date) })).headers, expected)
    },
  ],
  [
    'an auth provider signs the request that is sent',
    async ({ signed: { options } }, base) => {
      const properties = {
        'rest.auth.type': 'sigv4',
        'rest.auth.sigv4.region': options.region,
        'rest.auth.sigv4.service': options.service,
        'rest.auth.sigv4.access-key-id': options.credentials.accessKeyId,
        'rest.auth.sigv4.secret-access-key': options.credentials.secretAccessKey,
        'rest.auth.sigv4.session-token': options.credentials.sessionToken,
        'header.x-team': 'core',
      }
      const auth = await new AuthRegistry().create(properties, { uri: base })
      const body = new TextEncoder().encode('{"a":"ü"}')
      const response = await send(
        { method: 'POST', url: `${base}/echo/a%20b?x=%C3%BC`, body },
        { auth, base: configuredHeaders(properties), transport: fetchTransport() },
      )
      const { target, headers } = await response.json()
      equal(headers['x-team'], 'core')
      const names = /SignedHeaders=([^,]+),/.exec(headers.authorization)[1].split(';')
      const date = headers['x-amz-date'].replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z')
      const given = names
        .filter((name) => !['x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'].includes(name))
        .map((name) => [name, headers[name]])
      const again = await signRequest(
        { method: 'POST', target, headers: [...given, ['x-amz-content-sha256', await sha256Hex(body)]] },
        { ...options, date: new Date(date), payloadHash: await sha256Hex(body), payloadHeader: false },
      )
      equal(again.headers.at(-1), ['authorization', headers.authorization])
      await auth[Symbol.asyncDispose]()
    },
  ],
  [
    '64-bit integers, and numbers that keep their text, are read and written exactly',
    async () => {
      const text = '{"id":9223372036854775807,"small":-1,"list":[18446744073709551615,1.5]}'
      equal(parse(text), {
        id: 9_223_372_036_854_775_807n,
        small: -1,
        list: [18_446_744_073_709_551_615n, 1.5],
      })
      equal(stringify(parse(text)), text)
      equal(stringify({ default: rawNumber('1.0') }), '{"default":1.0}')
    },
  ],
  [
    'rows of Lance are sent and received unchanged',
    async ({ lance: { uri, rows } }, base) => {
      const lance = await LanceNamespace.connect({ uri: uri.replace('BASE', base) })
      const id = [`runtime_${mark}`, 'rows']
      await lance.createNamespace({ id: id.slice(0, 1) })
      await lance.createTable({ id }, toBytes(rows))
      equal(await gathered(lance.listTables({ id: id.slice(0, 1) })), ['rows'])
      equal(await lance.countTableRows({ id }), 10)
      const found = await lance.queryTable({ id, k: 10, vector: { single_vector: [] }, filter: 'id > 3' })
      equal(new TextDecoder().decode(found.subarray(0, 6)), 'ARROW1')
      let streamed = 0
      for await (const chunk of await lance.queryTableStream({ id, k: 10, vector: { single_vector: [] } }))
        streamed += chunk.length
      ok(streamed > 0, 'the stream is empty')
      equal(
        (await failure(lance.describeTable({ id: [...id.slice(0, 1), 'none'] }))).name,
        'TableNotFoundError',
      )
      await lance.dropTable({ id })
      await lance[Symbol.asyncDispose]()
    },
  ],
  [
    'the client drops its objects and closes',
    async () => {
      await catalog.dropTable(orders, { purge: true })
      await catalog.dropNamespace(namespace)
      equal(await catalog.namespaceExists(namespace), false)
      await catalog[Symbol.asyncDispose]()
    },
  ],
]

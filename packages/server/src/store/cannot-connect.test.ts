import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { testDatabase } from '@headgate/testkit'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cannotConnect } from './cannot-connect.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => await database[Symbol.asyncDispose]())

async function explain(url: string): Promise<string> {
  const migrated = migrate({ url, migrations, connectionTimeoutMs: 500 })
  return await migrated.then(
    () => 'it connected',
    (error: unknown) => {
      expect(error).toMatchObject({ name: 'MigrationError' })
      return error instanceof Error ? error.message : ''
    },
  )
}

function changed(change: (url: URL) => void): string {
  const url = new URL(database.url)
  change(url)
  return url.href
}

/**
 * Starts a server that listens on a port and does not implement the PostgreSQL protocol. Disposal closes the port.
 */
async function listening(handle: (socket: Socket) => void): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = async (): Promise<void> => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { url: `postgresql://u:hunter2@127.0.0.1:${port}/d`, [Symbol.asyncDispose]: close }
}

test('cannotConnect reports a database that does not exist', async () => {
  const message = await explain(changed((url) => (url.pathname = '/not_there')))
  expect(message).toMatch(/^The PostgreSQL at .+ does not have this database\. Create it/)
})

test('cannotConnect reports a wrong password without repeating it', async () => {
  const message = await explain(changed((url) => (url.password = 'hunter2')))
  expect(message).toMatch(/refused this user \(28P01\)/)
  expect(message).not.toContain('hunter2')
})

/** Creates a database role with these rights and returns the message for a connection with this role. */
async function messageForRole(rights: string): Promise<string> {
  // The name of the role is random, because roles exist for the whole PostgreSQL server, and concurrent test runs
  // create roles too.
  const role = `stranger_${randomBytes(6).toString('hex')}`
  const client = new Client({ connectionString: database.url })
  await client.connect()
  await client.query(`create role ${role} login password 'hunter2' ${rights}`)
  try {
    return await explain(
      changed((url) => {
        url.username = role
        url.password = 'hunter2'
      }),
    )
  } finally {
    await client.query(`drop role ${role}`)
    await client.end()
  }
}

test('cannotConnect reports a user who may not create tables', async () => {
  expect(await messageForRole('')).toMatch(/this user may not create tables in it/)
})

test('cannotConnect reports that PostgreSQL accepts no more connections', async () => {
  expect(await messageForRole('connection limit 0')).toMatch(
    /accepts no more connections \(53300\)\. Raise its max_connections or the limit of this user, or lower HEADGATE_DATABASE_POOL_SIZE\.$/,
  )
})

test.each([
  ['default_transaction_read_only', 'on', /is read-only, for example a standby\. Configure the primary/],
  ['search_path', 'nowhere', /has no schema for new tables\. Create the schema that the `search_path`/],
])('cannotConnect reports a database whose setting %s is %s', async (setting, value, message) => {
  await using odd = await testDatabase()
  const client = new Client({ connectionString: odd.url })
  await client.connect()
  await client.query(`alter database ${client.database ?? ''} set ${setting} = ${value}`)
  await client.end()
  expect(await explain(odd.url)).toMatch(message)
})

test.each([
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'is not trusted (SELF_SIGNED_CERT_IN_CHAIN). Set `sslrootcert` in the connection string',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another name. Use a host name of the certificate'],
])('cannotConnect reports a TLS certificate that fails verification with %s', (code, message) => {
  const refused = Object.assign(new Error('x'), { code })
  expect(cannotConnect(refused, 'postgresql://u:hunter2@db/d')).toContain(message)
})

test('cannotConnect reports a port that refuses connections', async () => {
  const closed = await listening(() => undefined)
  await closed[Symbol.asyncDispose]()
  expect(await explain(closed.url)).toMatch(
    /^The PostgreSQL at 127\.0\.0\.1:\d+ does not accept connections \(ECONNREFUSED\)\. Check that it runs/,
  )
})

test('cannotConnect reports a host that does not answer', async () => {
  const sockets: Socket[] = []
  await using mute = await listening((socket) => void sockets.push(socket))
  expect(await explain(mute.url)).toMatch(/cannot be used: it did not respond within the time limit\.$/)
  for (const socket of sockets) socket.destroy()
})

test('cannotConnect reports a server that is not PostgreSQL', async () => {
  await using other = await listening((socket) => void socket.destroy())
  expect(await explain(other.url)).toMatch(/cannot be used: the server is not PostgreSQL/)
})

test('cannotConnect reports a server without TLS', async () => {
  await using plain = await listening((socket) => void socket.once('data', () => socket.end('N')))
  expect(await explain(`${plain.url}?sslmode=verify-full`)).toMatch(/does not support TLS/)
})

test.each([
  ['postgresql://u:hunter2@db.example/d', 'db.example:5432'],
  ['postgresql://u:hunter2@[::1]:9/d', '[::1]:9'],
  ['postgresql://u:hunter2@%2Fvar%2Frun/d', '/var/run'],
  ['postgresql:///d?host=/var/run', '/var/run'],
  ['postgresql://u:hunter2@/d?host=/var/run', '/var/run'],
  ['postgresql://', 'localhost:5432'],
])('for the connection string "%s", the message of cannotConnect contains the server "%s"', (url, place) => {
  const unknown = Object.assign(new Error(`getaddrinfo ENOTFOUND ${url}`), { code: 'ENOTFOUND' })
  const message = cannotConnect(unknown, url)
  expect(message).toContain(`The host of ${place} cannot be resolved`)
  expect(message).not.toContain('hunter2')
})
